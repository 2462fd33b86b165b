"""Shared looks: made and revoked by their shopper, seen by whoever has the address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from PIL import Image

from ..faces import hide_face
from ..http import ShopRequest
from ..looks import Look
from ..marking import marked
from ..models import TryOnSession
from ..services.sharing import revoke_share, share_session, shared_sessions
from .looks import own_session


@require_POST
def session_share(request: ShopRequest, public_id: str) -> HttpResponse:
    session = own_session(request, public_id)
    if request.POST.get("share") == "no":
        revoke_share(session)
    elif Look(session).best is not None:
        share_session(session, hides_face=bool(request.POST.get("hide_face")))
    return redirect(f"{session.get_absolute_url()}#share")


@never_cache
@require_safe
def shared_look(request: HttpRequest, token: str) -> HttpResponse:
    session = _shared(token)
    look = Look(session) if session else None
    if look is None or look.best is None:
        # Nothing tells a look that is shared no longer from one that never was.
        return _unlisted(render(request, "shop/shared_gone.html", status=404))
    context = {
        "look": look,
        "session": look.session,
        "token": token,
        "changes": [{"garment": garment} for garment in look.session.garments],
    }
    response = render(request, "shop/shared_look.html", context)
    return _unlisted(response)


@never_cache
@require_safe
def shared_picture(request: HttpRequest, token: str) -> HttpResponse:
    """The result as others may see it: marked, and without the face if so wished."""
    session = _shared(token)
    task = Look(session).best if session else None
    if session is None or task is None:
        raise Http404("Nothing to see.")
    with task.result.open() as stored, Image.open(stored) as image:
        shown = image.convert("RGB")
    if session.share_hides_face:
        person = session.person_image
        hide_face(shown, person.facts if person else {})
    picture = marked(shown, request.get_host(), str(task.pk))
    return _unlisted(HttpResponse(picture, content_type="image/png"))


def _shared(token: str) -> TryOnSession | None:
    return shared_sessions().with_pictures().filter(share_token=token).first()


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow, noimageindex"
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response
