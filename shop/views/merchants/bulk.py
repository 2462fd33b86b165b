"""The same step for many garments of the rail."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ...models import Garment, ReviewStatus
from ...models.garments import GarmentQuerySet
from ...services.garments import archive_garments, restore_garments, submit_all
from .access import MerchantRequest, merchant_required

STEPS: dict[str, Callable[[Iterable[Garment]], int]] = {
    "submit": submit_all,
    "archive": archive_garments,
    "restore": restore_garments,
}


@require_POST
@merchant_required
def garments_bulk(request: MerchantRequest, step: str) -> HttpResponse:
    """Take a step with the chosen garments, or with all of a state (`all`)."""
    if step not in STEPS:
        raise Http404
    chosen = list(_chosen(request))
    done = STEPS[step](chosen)
    if done:
        messages.success(request, _said(step, done) % {"number": done})
    if left := len(chosen) - done:
        text = ngettext(
            "%(number)d garment was left as it is: open it to see what is missing.",
            "%(number)d garments were left as they are: open them to see what is "
            "missing.",
            left,
        )
        messages.warning(request, text % {"number": left})
    if not chosen:
        messages.warning(request, _("Please choose some garments first."))
    return redirect(_page(request))


def _chosen(request: MerchantRequest) -> GarmentQuerySet:
    garments = request.merchant.garments.all()
    status = request.POST.get("all", "")
    if status in ReviewStatus.values:
        return garments.filter(status=status)
    wanted = request.POST.getlist("garment")
    return garments.filter(pk__in=[int(pk) for pk in wanted if _is_pk(pk)])


def _is_pk(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def _page(request: MerchantRequest) -> str:
    """The rail as it was filtered."""
    status = request.POST.get("status", "")
    query = f"?status={status}" if status in ReviewStatus.values else ""
    return reverse("merchant-dashboard") + query


def _said(step: str, done: int) -> str:
    if step == "submit":
        return ngettext(
            "%(number)d garment submitted. We look at it soon.",
            "%(number)d garments submitted. We look at them soon.",
            done,
        )
    if step == "archive":
        return ngettext(
            "%(number)d garment archived: shoppers no longer see it.",
            "%(number)d garments archived: shoppers no longer see them.",
            done,
        )
    return ngettext(
        "%(number)d garment restored as a draft.",
        "%(number)d garments restored as drafts.",
        done,
    )
