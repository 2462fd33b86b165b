"""The review queue: one garment after the other, decided with a key or two.

All that a decision needs is on one page: the flat with what the check found, the
garment on the house models, and the merchant's words. It works without a script; with
one, each button has a key.
"""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ..flat_marks import marks_of
from ..forms.reviews import RejectionForm
from ..models import Garment
from ..services.garments import recognised
from ..services.previews import previews_of
from ..services.reviews import approve, reject, waiting
from .common import REVIEW, StaffRequest
from .garments import rejected
from .pictures import result_url

_SKIPPED = "review_skipped"  # key of the browser session: for later, by this reviewer


def queue(request: StaffRequest) -> HttpResponse:
    """To the garment that waits longest, or to the end of the work."""
    _check_may_review(request)
    pk = _after(request, None)
    if pk is not None:
        return redirect("staff-review-garment", pk)
    context = admin.site.each_context(request) | {"title": _("Review queue")}
    return render(request, "admin/shop/review/done.html", context)


def garment(request: StaffRequest, pk: int) -> HttpResponse:
    """Look at one garment; a POST decides, or puts it off."""
    _check_may_review(request)
    found = get_object_or_404(Garment.objects.select_related("merchant__user"), pk=pk)
    form = RejectionForm()
    if request.method == "POST":
        form = RejectionForm(request.POST)
        if _decide(request, found, form):
            return _go_on(request, found)
    return _page(request, found, form)


def _decide(request: StaffRequest, found: Garment, form: RejectionForm) -> bool:
    """Do what was asked for. False: the page must be shown again."""
    wish = request.POST.get("wish")
    seen = _moment(request.POST.get("seen"))
    names = {"name": found.name}
    if wish == "skip":
        skipped = [pk for pk in request.session.get(_SKIPPED, []) if pk != found.pk]
        request.session[_SKIPPED] = [*skipped, found.pk][-500:]
        return True
    if wish == "approve":
        done = seen is not None and approve(found, request.user, seen)
        told = _("“%(name)s” is published.") % names
        logged = _("Approved and published.")
    elif form.is_valid():
        said = form.cleaned_data
        done = seen is not None and reject(
            found, request.user, said["reasons"], said["words"], seen
        )
        told = _("“%(name)s” is rejected; its merchant is told.") % names
        logged = rejected(found)
    else:
        return False
    if done:
        LogEntry.objects.log_actions(
            request.user.pk, [found], CHANGE, change_message=logged, single_object=True
        )
        messages.success(request, told)
    else:
        messages.warning(
            request,
            _(
                "“%(name)s” was left as it is: since you opened it, somebody decided, "
                "or its merchant changed it."
            )
            % names,
        )
    return True


def _page(request: StaffRequest, found: Garment, form: RejectionForm) -> HttpResponse:
    order = list(waiting().values_list("pk", flat=True))
    at = order.index(found.pk) if found.pk in order else None
    context = admin.site.each_context(request) | {
        "title": _("Review: %(name)s") % {"name": found.name},
        "garment": found,
        "marks": marks_of(found),
        "recognised": recognised(found.facts),
        "previews": [
            (preview, result_url(preview.result) if preview.result else "")
            for preview in previews_of(found)
        ],
        "form": form,
        "number": None if at is None else at + 1,
        "waiting": len(order),
        "previous": order[at - 1] if at else None,
        "next": order[at + 1] if at is not None and at + 1 < len(order) else None,
    }
    return render(request, "admin/shop/review/garment.html", context)


def _go_on(request: StaffRequest, seen: Garment) -> HttpResponse:
    following = _after(request, seen)
    if following is None:
        return redirect("staff-review")
    return redirect("staff-review-garment", following)


def _after(request: StaffRequest, seen: Garment | None) -> int | None:
    """What to look at after `seen`: what was submitted after it, then what before, then
    what was put off. None: nothing else waits."""
    order = [one for one in waiting() if one != seen]
    if seen and seen.submitted_at:
        behind = (seen.submitted_at, seen.pk)
        order.sort(key=lambda one: (one.submitted_at, one.pk) <= behind)
    pks = [one.pk for one in order]
    skipped = [pk for pk in request.session.get(_SKIPPED, []) if pk in pks]
    fresh = [pk for pk in pks if pk not in skipped]
    return next(iter(fresh + skipped), None)


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_datetime(text or "")
    except ValueError:
        return None


def _check_may_review(request: StaffRequest) -> None:
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied


queue_view = never_cache(admin.site.admin_view(queue))
garment_view = never_cache(admin.site.admin_view(garment))
