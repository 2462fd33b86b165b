"""See everything on me: many outfits on one person image, coarse images only.

A page asks for what it shows, again and again while it is open, and each time as much
is begun as the quotas leave room for. Nothing is planned ahead, so a closed page costs
nothing more, and a page opened again finds what was made before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import Garment, GarmentKind, PersonImage, Shopper, TryOnSession
from ..models.sessions import SessionQuerySet, SessionStatus
from .budget import BudgetUsedUp
from .sessions import start_tryon

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pieces:
    """What is worn together, as the protocol has it: a dress sits in `top`."""

    top: Garment | None = None
    bottom: Garment | None = None

    @classmethod
    def around(cls, garment: Garment, others: Iterable[Garment]) -> "Pieces":
        """`garment` with whatever of `others` can be worn with it."""
        if garment.kind == GarmentKind.DRESS:
            return cls(top=garment)
        worn = {other.kind: other for other in others} | {garment.kind: garment}
        return cls(top=worn.get(GarmentKind.TOP), bottom=worn.get(GarmentKind.BOTTOM))

    @property
    def key(self) -> tuple[int | None, int | None]:
        top, bottom = (piece.pk if piece else None for piece in (self.top, self.bottom))
        return top, bottom


def find_worn(
    shopper: Shopper | None, person: PersonImage, outfits: Iterable[Pieces]
) -> dict[Pieces, TryOnSession]:
    """The newest try-on of each outfit on this person image, where there is one.

    What failed or was canceled counts: it is not begun again by looking at it.
    """
    wanted = {outfit.key: outfit for outfit in outfits}
    tops, bottoms = ({key[i] for key in wanted} for i in (0, 1))
    sessions = (
        TryOnSession.objects.filter(
            Q(top__in=tops) | Q(bottom__in=bottoms),
            shopper=shopper,
            shopper__isnull=False,
            person_image=person,
        )
        .with_pictures()
        .order_by("created_at", "pk")
    )
    found: dict[Pieces, TryOnSession] = {}
    for session in sessions:
        outfit = wanted.get((session.top_id, session.bottom_id))
        earlier = outfit and found.get(outfit)
        if outfit and not (earlier and _is_better(earlier, session)):
            found[outfit] = session
    return found


def _is_better(earlier: TryOnSession, later: TryOnSession) -> bool:
    """A picture that is there beats one that is not, or not yet."""
    return earlier.coarse_task is not None and later.coarse_task is None


def fit_on(shopper: Shopper, person: PersonImage, outfits: Iterable[Pieces]) -> bool:
    """Begin as many of these outfits as there is room for, in their order.

    Returns False when the shopper's day is used up: asking again today is in vain.
    Raises ValidationError when the photo or a garment cannot be used any more, and
    BudgetUsedUp when the shop's day is; what was begun before that goes on.
    """
    wanted = list(dict.fromkeys(outfits))
    refused: BudgetUsedUp | None = None
    with transaction.atomic():
        # Two tabs of one browser wait for each other here, and begin nothing twice.
        Shopper.objects.select_for_update().get(pk=shopper.pk)
        done = find_worn(shopper, person, wanted)
        missing = [outfit for outfit in wanted if outfit not in done]
        left_today = room_today(shopper)
        for outfit in missing[: max(0, min(room_now(shopper), left_today))]:
            try:
                start_tryon(
                    shopper, person, outfit.top, outfit.bottom, wants_refined=False
                )
            except BudgetUsedUp as error:
                refused = error
                break
    if refused:
        raise refused
    return not missing or left_today > 0


def room_now(shopper: Shopper) -> int:
    """How many more may be under way at the same time."""
    return settings.TRYON_ON_ME_AT_ONCE - _of_rails(shopper).ongoing().count()


def room_today(shopper: Shopper) -> int:
    since = timezone.now() - _DAY
    made = _of_rails(shopper).filter(created_at__gt=since)
    return settings.TRYON_ON_ME_PER_DAY - made.count()


def _of_rails(shopper: Shopper) -> SessionQuerySet:
    sessions = TryOnSession.objects.filter(shopper=shopper, wants_refined=False)
    return sessions.exclude(status=SessionStatus.CANCELED)
