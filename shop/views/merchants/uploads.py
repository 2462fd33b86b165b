"""Flats on their way in: each becomes a draft, with a verdict of its own."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ...forms.garments import NewFlatsForm
from ...models import Garment, Merchant
from ...services.garments import start_draft
from ...services.uploads import CheckUnavailable, check_picture, clean_picture
from .access import MerchantRequest, merchant_required
from .garments import CHECK_UNAVAILABLE, tell_verdict


@merchant_required
def garment_new(request: MerchantRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = NewFlatsForm(request.POST, request.FILES) if is_sent else NewFlatsForm()
    if form.is_valid():
        drafts = _start_drafts(request.merchant, form)
        tell_verdict(request, drafts)
        if form.is_valid():
            return redirect(_page_of(drafts))
    return render(request, "shop/merchant/garment_new.html", {"form": form})


def _start_drafts(merchant: Merchant, form: NewFlatsForm) -> list[Garment]:
    """A draft for each usable file; the form gets what is wrong with the others."""
    drafts = []
    for upload in form.cleaned_data["flats"]:
        try:
            picture = clean_picture(upload)
            drafts.append(
                start_draft(merchant, picture, check_picture(picture, "garment"))
            )
        except ValidationError as refused:
            form.add_error("flats", f"{upload.name}: {refused.messages[0]}")
        except CheckUnavailable:
            form.add_error("flats", f"{upload.name}: {CHECK_UNAVAILABLE}")
            break
    return drafts


def _page_of(drafts: list[Garment]) -> str:
    if len(drafts) == 1:
        return reverse("merchant-garment", args=[drafts[0].pk])
    return reverse("merchant-dashboard")
