"""Sharing a look: an address that nobody can guess, that expires and can be revoked."""

import secrets

from django.conf import settings
from django.utils import timezone

from ..models import TryOnSession
from ..models.sessions import SessionQuerySet


def share_session(tryon_session: TryOnSession, hides_face: bool) -> None:
    """Make a new address for the look; an older one is dead from now on."""
    tryon_session.share_token = secrets.token_urlsafe(24)
    tryon_session.share_expires_at = timezone.now() + settings.TRYON_SHARE_LIFETIME
    tryon_session.share_hides_face = hides_face
    _save(tryon_session)


def revoke_share(tryon_session: TryOnSession) -> None:
    tryon_session.share_token = tryon_session.share_expires_at = None
    _save(tryon_session)


def shared_sessions() -> SessionQuerySet:
    """What may be seen by whoever knows its token, at this moment."""
    return TryOnSession.objects.filter(
        share_token__isnull=False, share_expires_at__gt=timezone.now()
    )


def _save(tryon_session: TryOnSession) -> None:
    tryon_session.save(
        update_fields=["share_token", "share_expires_at", "share_hides_face"]
    )
