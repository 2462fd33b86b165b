"""The fitting room: put an outfit together, choose a person, start."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..forms.tryon import OUTFITS, PIECES, PhotoForm, TryOnForm, people_for
from ..http import ShopRequest
from ..models import Audience, GarmentKind, Gender, PersonImage, Stage, TryOnSession
from ..outfits import (
    address,
    audience_of,
    carried,
    rails,
    recently_tried,
    undo_of,
)
from ..services.estimates import estimate_wait
from ..services.sessions import delete_photos, start_tryon
from ..services.uploads import store_photo
from .pages import lifetimes


def tryon_start(request: ShopRequest) -> HttpResponse:
    form = TryOnForm(request.current_shopper.find(), request.POST or None)
    if form.is_valid() and (session := _start(request, form)):
        return redirect(session)
    parts = carried(request.POST or request.GET)
    return _fitting_room(request, parts, form=form)


def _start(request: ShopRequest, form: TryOnForm) -> TryOnSession | None:
    """The session, or None with the reason added to the form."""
    wanted = form.cleaned_data
    shopper = request.current_shopper.get()
    if wanted["consent"]:
        shopper.consent()
    try:
        return start_tryon(shopper, wanted["person"], wanted["top"], wanted["bottom"])
    except ValidationError as refused:  # a photo or garment went a moment ago
        form.add_error(None, refused)
        return None


def photo_upload(request: ShopRequest) -> HttpResponse:
    if request.method != "POST":  # an answer of ours, reloaded or bookmarked
        return redirect("tryon-start")
    parts = carried(request.POST)
    form = PhotoForm(request.current_shopper.find(), request.POST, request.FILES)
    if form.is_valid():
        photo = _keep_photo(request, form)
        parts["person"] = str(photo.public_id)
        if not request.htmx:
            messages.success(request, _("Your photo is ready."))
            return redirect(address("tryon-start", parts))
    if request.htmx:
        context = _people(request, parts, audience_of(parts))
        context |= {"photo_form": form, "has_arrived": form.is_valid()}
        return render(request, "shop/_own_photo.html", context)
    return _fitting_room(request, parts, photo_form=form)


@require_POST
def photo_delete(request: ShopRequest, public_id: str) -> HttpResponse:
    shopper = request.current_shopper.find()
    photos = PersonImage.objects.filter(shopper=shopper, shopper__isnull=False)
    photo = get_object_or_404(photos, public_id=public_id)
    delete_photos([photo])
    messages.success(request, _("Your photo is deleted."))
    return redirect(address("tryon-start", carried(request.POST)))


def _keep_photo(request: ShopRequest, form: PhotoForm) -> PersonImage:
    shopper = request.current_shopper.get()
    shopper.consent()
    data = form.cleaned_data
    return store_photo(shopper, data["picture"], data["check"], data["gender"])


def _fitting_room(
    request: ShopRequest, parts: dict[str, str], **forms: Any
) -> HttpResponse:
    audience = audience_of(parts)
    context = {
        "rails": rails(parts, audience),
        "outfits": OUTFITS,
        "outfit": GarmentKind.DRESS if GarmentKind.DRESS in parts else PIECES,
        "undo": undo_of(request.GET),
        "recent": recently_tried(request.current_shopper.find(), parts),
        "estimate": estimate_wait(Stage.COARSE),
    }
    context |= _people(request, parts, audience) | forms
    return render(request, "shop/tryon_start.html", context)


def _people(
    request: ShopRequest, parts: Mapping[str, str], audience: str
) -> dict[str, Any]:
    """Who can be dressed, and who is chosen: asked for, else an own photo, else one
    of the house models that the chosen garments are made for."""
    shopper = request.current_shopper.find()
    gender = Gender.MAN if audience == Audience.MEN else Gender.WOMAN
    people = {str(person.public_id): person for person in people_for(shopper)}
    photos = [person for person in people.values() if not person.is_house_model]
    models = [person for person in people.values() if person.is_house_model]
    models.sort(key=lambda model: (model.gender != gender, model.pk))
    first = next(iter(photos + models), None)
    chosen = people.get(parts.get("person", ""), first)
    return {
        "photos": photos,
        "house_models": models,
        "chosen": chosen,
        "gender": gender,
        "genders": Gender.choices,
        "has_consented": bool(shopper and shopper.has_consented),
        "max_photo_side": settings.TRYON_MAX_PHOTO_SIDE,
        "parts": parts,
    } | lifetimes()
