"""Flats on their way in: each becomes a draft, with a verdict of its own."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ...forms.garments import NewFlatsForm
from ...services.flats import Verdict, take_flat
from .access import MerchantRequest, merchant_required
from .garments import tell_verdict


@merchant_required
def garment_new(request: MerchantRequest) -> HttpResponse:
    """Add garments by their pictures. Without JavaScript: a few in one request."""
    is_sent = request.method == "POST"
    form = NewFlatsForm(request.POST, request.FILES) if is_sent else NewFlatsForm()
    verdicts: list[Verdict] = []
    if form.is_valid():
        for upload in form.cleaned_data["flats"]:
            verdicts.append(_take(request, upload))
            if verdicts[-1].can_retry:
                break  # the others would wait for the same answer
        only = verdicts[0].garment if len(verdicts) == 1 else None
        if only:
            if not verdicts[0].is_known:
                tell_verdict(request, only)
            return redirect("merchant-garment", only.pk)
    context = {"form": form, "verdicts": verdicts}
    return render(request, "shop/merchant/garment_new.html", context)


@require_POST
@merchant_required
def flat_upload(request: MerchantRequest) -> HttpResponse:
    """One of many pictures, sent by the script: its verdict, as a line of the list."""
    form = NewFlatsForm(request.POST, request.FILES)
    if form.is_valid():
        verdict = _take(request, form.cleaned_data["flats"][0])
    else:
        verdict = Verdict("", problem=str(form.errors["flats"][0]))
    context = {"verdict": verdict}
    return render(request, "shop/merchant/_verdict.html", context)


def _take(request: MerchantRequest, upload: UploadedFile) -> Verdict:
    return take_flat(request.merchant, upload, upload.name or "")
