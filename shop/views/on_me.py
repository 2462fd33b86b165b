"""See everything on me: the catalogue, worn by the person who looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..forms.catalogue import CatalogueForm
from ..forms.tryon import people_for
from ..http import ShopRequest
from ..looks import Look
from ..models import Garment, PersonImage
from ..outfits import PARTS, address, carried
from ..services.on_me import Pieces, find_worn, fit_on
from .catalogue import PAGE_SIZE
from .looks import next_address


@dataclass(frozen=True)
class Card:
    """A garment of the rail, and the look that shows it on the person, if any."""

    garment: Garment
    look: Look | None

    @property
    def state(self) -> str:
        """ "worn", "waiting", "failed", or "" when nobody asked for it yet."""
        if self.look is None:
            return ""
        if self.look.best:
            return "worn"
        return "failed" if self.look.session.is_over else "waiting"


@never_cache
def on_me(request: ShopRequest) -> HttpResponse:
    parts = carried(request.GET)
    people = _people(request)
    person = people.get(parts.get("person", ""))
    others = _others(parts)
    form = CatalogueForm(request.GET)
    page = Paginator(form.garments(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "people": people.values(),
        "person": person,
        "parts": parts,
        "others": others,
        "page": page,
        "filters": form.choices(),
        "cards": _cards(request, person, others, page) if person else [],
        "here": request.get_full_path(),
    }
    return render(request, "shop/on_me.html", context)


@never_cache
@require_POST
def on_me_fit(request: ShopRequest) -> HttpResponse:
    """Begin what there is room for of the garments named; show where they all are."""
    parts = carried(request.POST)
    person = _people(request).get(parts.get("person", ""))
    if person is None:  # deleted, or expired, while the page was open
        return redirect("on-me")
    slugs = request.POST.getlist("garment")[:PAGE_SIZE]
    found = {one.slug: one for one in Garment.objects.on_sale().filter(slug__in=slugs)}
    garments = [found[slug] for slug in slugs if slug in found]
    others = _others(parts)
    trouble, may_go_on = "", True
    try:
        outfits = [Pieces.around(garment, others) for garment in garments]
        may_go_on = fit_on(request.current_shopper.get(), person, outfits)
    except ValidationError as refused:
        trouble, may_go_on = " ".join(refused.messages), False
    if "fragment" not in request.POST:  # no script: the page itself shows the rest
        return redirect(next_address(request) or address("on-me", parts))
    context = {
        "cards": _cards(request, person, others, garments),
        "parts": parts,
        "trouble": trouble,
        "may_go_on": may_go_on,
        "here": next_address(request),
    }
    return render(request, "shop/_on_me_cards.html", context)


def _people(request: ShopRequest) -> dict[str, PersonImage]:
    """Own photos, the newest first; then the house models."""
    people = list(people_for(request.current_shopper.find()).order_by("-pk"))
    photos = [person for person in people if not person.is_house_model]
    models = [person for person in reversed(people) if person.is_house_model]
    return {str(person.public_id): person for person in photos + models}


def _others(parts: dict[str, str]) -> list[Garment]:
    """The pieces that every garment of the rail is worn with."""
    slugs = [parts[part] for part in PARTS if part in parts and part != "person"]
    return list(Garment.objects.on_sale().filter(slug__in=slugs))


def _cards(
    request: ShopRequest,
    person: PersonImage,
    others: Iterable[Garment],
    garments: Iterable[Garment],
) -> list[Card]:
    outfits = {garment: Pieces.around(garment, others) for garment in garments}
    shopper = request.current_shopper.find()
    worn = find_worn(shopper, person, outfits.values())
    return [
        Card(garment, Look(worn[outfit]) if outfit in worn else None)
        for garment, outfit in outfits.items()
    ]
