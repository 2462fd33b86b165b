"""Who is shopping: a guest of this browser or a user, and how one becomes the other."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import translation

from ..models import PersonImage, Shopper, TryOnSession, User

SESSION_KEY = "shopper_id"


class CurrentShopper:
    """The shopper of one request: looked up when asked for, made when needed."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._found: Shopper | None = None

    def find(self) -> Shopper | None:
        """The shopper, if this browser or user has one already."""
        if self._found is None:
            self._found = self._look_up()
        return self._found

    def get(self) -> Shopper:
        """The shopper, made now if this is the first thing that needs one."""
        shopper = self.find()
        if shopper is None:
            shopper = self._found = self._create()
        return shopper

    def _look_up(self) -> Shopper | None:
        user = self._request.user
        if user.is_authenticated:
            return Shopper.objects.filter(user=user).first()
        shopper_id = self._request.session.get(SESSION_KEY)
        if shopper_id is None:
            return None
        # A guest's row that became a user's is no longer this browser's.
        return Shopper.objects.filter(pk=shopper_id, user=None).first()

    def _create(self) -> Shopper:
        language = translation.get_language() or ""
        if self._request.user.is_authenticated:
            shopper, _ = Shopper.objects.get_or_create(
                user=self._request.user, defaults={"language": language}
            )
            return shopper
        shopper = Shopper.objects.create(language=language)
        self._request.session[SESSION_KEY] = shopper.pk
        return shopper


@transaction.atomic
def adopt_guest(guest: Shopper | None, user: User) -> Shopper:
    """Give `user` what the guest of this browser did before signing in."""
    shopper, _ = Shopper.objects.get_or_create(user=user)
    if guest is None or guest.pk == shopper.pk or guest.user_id is not None:
        return shopper
    PersonImage.objects.filter(shopper=guest).update(shopper=shopper)
    TryOnSession.objects.filter(shopper=guest).update(shopper=shopper)
    if guest.has_consented and not shopper.has_consented:
        shopper.consent_version = guest.consent_version
        shopper.consented_at = guest.consented_at
        shopper.save(update_fields=["consent_version", "consented_at"])
    guest.delete()
    return shopper
