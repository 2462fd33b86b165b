"""Looks: the shopper's try-on sessions. Ownership is part of every lookup."""

import io
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ..changes import veil
from ..http import ShopRequest
from ..looks import Look
from ..marking import marked_copy
from ..models import SessionStatus, Shopper, Stage, TryOnSession
from ..models.garments import GarmentQuerySet
from ..models.sessions import SessionQuerySet
from ..outfits import address, goes_with, parts_of
from ..services.estimates import estimate_wait
from ..services.sessions import (
    Receipt,
    cancel_session,
    delete_session,
    forget_shopper,
    keep_session,
    name_session,
    refine_session,
    retry_session,
)
from .pages import deleted

PAGE_SIZE = 12
COMPARED = 4
SUGGESTIONS = 6


def own_sessions(request: ShopRequest) -> SessionQuerySet:
    """The sessions of this browser or user; nobody else's can be found in them."""
    shopper = request.current_shopper.find()
    return TryOnSession.objects.filter(shopper=shopper, shopper__isnull=False)


def own_session(request: ShopRequest, public_id: str) -> TryOnSession:
    sessions = own_sessions(request).with_pictures()
    return get_object_or_404(sessions, public_id=public_id)


def next_address(request: ShopRequest) -> str:
    """The page of this shop that a form wants to go back to, or ""."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else ""


@never_cache
def session_list(request: ShopRequest) -> HttpResponse:
    looks = own_sessions(request).looks().with_pictures()
    paginator = Paginator(looks, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {"page": page, "looks": [Look(session) for session in page]}
    return render(request, "shop/session_list.html", context)


@never_cache
@require_safe
def session_compare(request: ShopRequest) -> HttpResponse:
    """Up to four looks side by side, in the order in which they were chosen."""
    wanted = [one for one in request.GET.getlist("look") if _is_uuid(one)][:COMPARED]
    found = own_sessions(request).filter(public_id__in=wanted).with_pictures()
    looks = [Look(session) for session in found]
    looks.sort(key=lambda look: wanted.index(str(look.session.public_id)))
    looks = [look for look in looks if look.best]
    return render(request, "shop/session_compare.html", {"looks": looks})


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


@never_cache
def session_detail(request: ShopRequest, public_id: str) -> HttpResponse:
    context = _look_context(request, own_session(request, public_id))
    return render(request, "shop/session_detail.html", context)


@never_cache
@require_safe
def session_status(request: ShopRequest, public_id: str) -> HttpResponse:
    """The part of the page that changes; 204 while it still looks as it was `seen`."""
    session = own_session(request, public_id)
    if request.GET.get("seen") == Look(session).fingerprint:
        return HttpResponse(status=204)
    context = _look_context(request, session)
    return render(request, "shop/_session_update.html", context)


def _look_context(request: ShopRequest, session: TryOnSession) -> dict:
    parts = parts_of(session)
    look = Look(session)
    changes = [
        {
            "garment": garment,
            "url": address("garment-list", parts, kind=garment.kind),
            "truth": look.colour_truth_of(garment),
        }
        for garment in session.garments
    ]
    return {
        "look": look,
        "session": session,
        "estimate": None if session.is_over else estimate_wait(_stage_of(session)),
        "changes": changes,
        "again_url": address("tryon-start", parts),
        "parts": parts,
        "share_url": _share_url(request, session),
        "suggestions": _try_next(session),
        "earlier": _tried_before(session) if session.is_over else [],
    }


def _tried_before(session: TryOnSession) -> list[Look]:
    """Other looks of this shopper on the same picture, as many as can be compared."""
    if session.person_image is None:
        return []
    same = TryOnSession.objects.filter(
        shopper=session.shopper_id, person_image=session.person_image
    )
    others = same.looks().exclude(pk=session.pk).with_pictures()[: COMPARED - 1]
    return [look for look in map(Look, others) if look.best]


def _share_url(request: ShopRequest, session: TryOnSession) -> str:
    """The whole address under which others see the look, "" if they do not."""
    if not session.is_shared:
        return ""
    path = reverse("shared-look", args=[session.share_token])
    return request.build_absolute_uri(path)


def _try_next(session: TryOnSession) -> GarmentQuerySet:
    worn = [garment.pk for garment in session.garments]
    return goes_with(session.garments[0]).exclude(pk__in=worn)[:SUGGESTIONS]


def _stage_of(session: TryOnSession) -> Stage:
    waits_for_coarse = session.status in (SessionStatus.QUEUED, SessionStatus.FITTING)
    return Stage.COARSE if waits_for_coarse else Stage.REFINE


@require_POST
def session_cancel(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    cancel_session(session)
    return redirect(session)


@require_POST
def session_retry(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    try:
        return redirect(retry_session(session))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(address("tryon-start", parts_of(session)))


@require_POST
def session_refine(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    try:
        refine_session(session)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(session)


@require_POST
def session_keep(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    keep_session(session, is_kept=request.POST.get("keep") == "yes")
    return redirect(next_address(request) or session)


@require_POST
def session_name(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    name_session(session, request.POST.get("name", "").replace("\0", ""))
    return redirect(session)


def session_delete(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    if request.method == "POST":
        delete_session(session)
        messages.success(request, _("This look is deleted, with its pictures."))
        return redirect("session-list")
    return render(request, "shop/session_delete.html", {"look": Look(session)})


@never_cache
@require_safe
def session_download(request: ShopRequest, public_id: str, stage: str) -> FileResponse:
    look = Look(own_session(request, public_id))
    task = look.result_of(stage)
    if task is None:
        raise Http404("No such picture.")
    with task.result.open() as picture:
        marked = marked_copy(picture, request.get_host(), str(task.pk))
    name = f"{look.file_name(task)}.png"
    return FileResponse(io.BytesIO(marked), as_attachment=True, filename=name)


@require_safe
def session_changes(request: ShopRequest, public_id: str, stage: str) -> HttpResponse:
    """The veil over all that a result left as it was in the photo."""
    session = own_session(request, public_id)
    task = Look(session).result_of(stage)
    if task is None or session.person_image is None:
        raise Http404("No such picture.")
    with session.person_image.image.open() as photo, task.result.open() as result:
        picture = veil(photo, result)
    answer = HttpResponse(picture, content_type="image/png")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@never_cache
def forget_me(request: ShopRequest) -> HttpResponse:
    shopper = request.current_shopper.find()
    if request.method == "POST":
        receipt = forget_shopper(shopper) if shopper else Receipt()
        return deleted(request, receipt)
    return render(request, "shop/forget_me.html", _belongings(shopper))


def _belongings(shopper: Shopper | None) -> dict[str, int]:
    if shopper is None:
        return {"photos": 0, "looks": 0}
    return {
        "photos": shopper.person_images.count(),
        "looks": shopper.sessions.count(),
    }
