"""The catalogue and the page of one garment."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..forms.catalogue import CatalogueForm
from ..models import Garment, User
from ..outfits import address, carried, goes_with
from ..services.statistics import count_click

PAGE_SIZE = 24
RELATED = 4


def garment_list(request: HttpRequest) -> HttpResponse:
    form = CatalogueForm(request.GET)
    paginator = Paginator(form.garments(), PAGE_SIZE)
    carry = carried(request.GET)
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "filters": form.choices(),
        "carry": carry,
        "back_url": address("tryon-start", carry),
    }
    return render(request, "shop/garment_list.html", context)


@never_cache
@require_safe
def garment_buy(request: HttpRequest, slug: str) -> HttpResponse:
    """Count a click, and lead on to the merchant's own page of the garment.

    The address is the garment's, never the request's. Looks outlive their garments, so
    what is archived still leads there; what was never on sale does not exist here.
    """
    known = Garment.objects.were_on_sale().select_related("merchant")
    garment = get_object_or_404(known, slug=slug)
    if not garment.product_url.startswith(("https://", "http://")):
        raise Http404("Its merchant names no page for it.")
    if request.method == "GET" and _is_shopper(request, garment):
        count_click(garment)
    answer = HttpResponseRedirect(garment.product_url)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _is_shopper(request: HttpRequest, garment: Garment) -> bool:
    """Not its merchant, nor staff, nor a browser that looks ahead."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose"))
    if any("prefetch" in purpose for purpose in purposes):
        return False
    user = request.user
    is_merchant = garment.merchant.user_id == user.pk
    return not (isinstance(user, User) and (user.is_staff or is_merchant))


def garment_detail(request: HttpRequest, slug: str) -> HttpResponse:
    garment = get_object_or_404(Garment.objects.on_sale(), slug=slug)
    context = {
        "garment": garment,
        "related": goes_with(garment)[:RELATED],
        # A top and a bottom are tried on together.
        "carry": {garment.kind: garment.slug},
    }
    return render(request, "shop/garment_detail.html", context)
