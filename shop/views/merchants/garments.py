"""One garment: its words, its flat, its previews, and its way through the review."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ...flat_marks import marks_of
from ...forms.garments import FlatForm, GarmentForm
from ...forms.keypoints import KeypointsForm
from ...models import Garment, IllegalTransition
from ...services.flats import CHECK_UNAVAILABLE
from ...services.garments import (
    correct_keypoints,
    recognised,
    replace_flat,
    submit_for_review,
)
from ...services.previews import previews_of, retry_previews, want_previews
from ...services.statistics import totals_of
from ...services.uploads import CheckUnavailable, check_picture
from .access import MerchantRequest, merchant_required, own_garment


@merchant_required
def garment_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """See a garment; while it is a draft or rejected: change and submit it."""
    garment = own_garment(request, pk)
    if request.method == "POST" and not garment.is_editable:
        messages.error(request, _("This garment cannot be changed in its state."))
        return redirect("merchant-garment", pk)
    form = GarmentForm(request.POST or None, instance=garment)
    if form.is_valid():
        want_previews(form.save())
        if "submit" in request.POST:
            return _submit(request, garment)
        messages.success(request, _("Saved."))
        return redirect("merchant-garment", pk)
    return _garment_page(request, garment, form)


@require_POST
@merchant_required
def flat_replace(request: MerchantRequest, pk: int) -> HttpResponse:
    garment = own_garment(request, pk)
    if not garment.is_editable:
        messages.error(request, _("This garment cannot be changed in its state."))
        return redirect("merchant-garment", pk)
    form = FlatForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["flat"]
        try:
            replace_flat(garment, picture, check_picture(picture, "garment"))
        except CheckUnavailable:
            form.add_error("flat", CHECK_UNAVAILABLE)
        else:
            tell_verdict(request, garment)
            return redirect("merchant-garment", pk)
    return _garment_page(request, garment, flat_form=form)


@require_POST
@merchant_required
def garment_keypoints(request: MerchantRequest, pk: int) -> HttpResponse:
    """Keep key points where they were put, or (`reset`) where they were found."""
    garment = own_garment(request, pk)
    form = KeypointsForm(garment, request.POST)
    is_reset = "reset" in request.POST
    if not is_reset and not form.is_valid():
        return _garment_page(request, garment, keypoints_form=form)
    if correct_keypoints(garment, {} if is_reset else form.wanted()):
        messages.success(request, _("Saved. Every later try-on uses these points."))
    else:
        messages.error(request, _("This garment cannot be changed in its state."))
    return redirect("merchant-garment", pk)


def _garment_page(
    request: MerchantRequest,
    garment: Garment,
    form: GarmentForm | None = None,
    flat_form: FlatForm | None = None,
    keypoints_form: KeypointsForm | None = None,
) -> HttpResponse:
    context = {
        "garment": garment,
        "form": form or GarmentForm(instance=garment),
        "flat_form": flat_form or FlatForm(),
        "keypoints_form": keypoints_form or KeypointsForm(garment),
        "marks": marks_of(garment),
        "recognised": recognised(garment.facts),
        "usage": totals_of(garment),
        **_shown_previews(garment),
    }
    return render(request, "shop/merchant/garment.html", context)


@never_cache
@merchant_required
def garment_previews(request: MerchantRequest, pk: int) -> HttpResponse:
    """The part of the page that fills in by itself; 204 while it looks as `seen`."""
    garment = own_garment(request, pk)
    if request.method == "POST":
        retry_previews(garment)
        return redirect("merchant-garment", pk)
    context = {"garment": garment} | _shown_previews(garment)
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, "shop/merchant/_previews_update.html", context)


def _shown_previews(garment: Garment) -> dict[str, Any]:
    """What `_previews.html` needs; `seen` changes whenever it would look different."""
    previews = list(previews_of(garment))
    waiting = sum(preview.is_waiting for preview in previews)
    failed = sum(preview.has_failed for preview in previews)
    return {
        "previews": previews,
        "waiting": waiting,
        "failed": failed,
        "seen": f"{len(previews)}-{waiting}-{failed}",
    }


def tell_verdict(request: MerchantRequest, garment: Garment) -> None:
    if garment.blocking_findings:
        text = _("The picture cannot be tried on as it is.")
        messages.warning(request, text)
    else:
        text = _("The picture is checked and good to go on with.")
        messages.success(request, text)


ARROWS: dict[str, tuple[Callable[[Garment], bool], Promise]] = {
    "take-back": (
        Garment.take_back,
        gettext_lazy("Taken back for changes."),
    ),
    "archive": (Garment.archive, gettext_lazy("Archived: shoppers no longer see it.")),
    "restore": (Garment.restore, gettext_lazy("Restored as a draft.")),
}


@require_POST
@merchant_required
def garment_move(request: MerchantRequest, pk: int, arrow: str) -> HttpResponse:
    garment = own_garment(request, pk)
    if arrow == "submit":
        return _submit(request, garment)
    if arrow not in ARROWS:
        raise Http404
    _move(request, garment, arrow)
    return redirect("merchant-garment", pk)


def _submit(request: MerchantRequest, garment: Garment) -> HttpResponse:
    try:
        submit_for_review(garment)
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, _("Submitted. We look at it soon."))
    return redirect("merchant-garment", garment.pk)


def _move(request: MerchantRequest, garment: Garment, arrow: str) -> None:
    move, done = ARROWS[arrow]
    try:
        moved = move(garment)
    except IllegalTransition:  # a stale page, or an address typed by hand
        moved = False
    if moved:
        messages.success(request, str(done))
    else:
        messages.error(request, _("That is not possible in the state it is in now."))
