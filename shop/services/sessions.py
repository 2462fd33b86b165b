"""The story of a try-on, as shoppers and staff tell it: start, cancel, retry, forget.

The engine is not asked here: a session and its first task are rows, and the poller
takes it from there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import (
    Garment,
    GarmentKind,
    OrphanedTask,
    PersonImage,
    SessionStatus,
    Shopper,
    Stage,
    TryOnEvent,
    TryOnSession,
    TryOnTask,
)
from .budget import BudgetUsedUp, release, reserve
from .private_files import doom
from .statistics import count_kept, count_tryon

# A result that the poller is just fetching lies in the store before this has passed.
_RESULT_ON_ITS_WAY = timedelta(minutes=3)


@dataclass(frozen=True)
class Receipt:
    """What was deleted: photos and looks (rows), and the files of both."""

    photos: int = 0
    looks: int = 0
    files: int = 0

    def __add__(self, other: "Receipt") -> "Receipt":
        return Receipt(
            self.photos + other.photos,
            self.looks + other.looks,
            self.files + other.files,
        )


# --- start --------------------------------------------------------------------
def start_tryon(
    shopper: Shopper,
    person_image: PersonImage,
    top: Garment | None = None,
    bottom: Garment | None = None,
    gender: str | None = None,
    wants_refined: bool = True,
) -> TryOnSession:
    """Queue a try-on of the outfit on the person image.

    A dress goes in as `top`. `gender` is for the refiner; by default that of the person
    image. Without `wants_refined` the coarse image is all, until `refine_session`.
    Raises ValidationError, with a sentence for the shopper, when the outfit or the
    photo cannot be used, or today's budget is used up; then nothing was created.
    """
    check_outfit(top, bottom)
    check_person_image(shopper, person_image)
    return begin(
        TryOnSession(
            shopper=shopper,
            person_image=person_image,
            top=top,
            bottom=bottom,
            gender=gender or person_image.gender,
            wants_refined=wants_refined,
            consent_version=shopper.consent_version,
            consented_at=shopper.consented_at,
        )
    )


@transaction.atomic
def begin(tryon_session: TryOnSession) -> TryOnSession:
    """Save a new session with its first task, due at once."""
    tryon_session.save()
    TryOnEvent.objects.create(session=tryon_session, name="session.queued")
    queue_task(tryon_session, Stage.COARSE)
    if tryon_session.shopper_id is not None:  # a preview is nobody's
        count_tryon(tryon_session.garments, tryon_session.created_at)
    return tryon_session


def check_outfit(top: Garment | None, bottom: Garment | None) -> None:
    """Raise ValidationError unless the protocol can fit this outfit."""
    if top is None and bottom is None:
        raise ValidationError(_("Please choose at least one piece of clothing first."))
    if top is not None and top.kind == GarmentKind.BOTTOM:
        raise ValidationError(_("This garment cannot be worn as a top."))
    if bottom is not None and bottom.kind != GarmentKind.BOTTOM:
        raise ValidationError(_("This garment cannot be worn as a bottom."))
    if top is not None and bottom is not None and top.kind == GarmentKind.DRESS:
        raise ValidationError(
            _(
                "A dress or jumpsuit is tried on by itself; please take the bottom out "
                "first."
            )
        )
    if not all(garment.is_on_sale for garment in (top, bottom) if garment):
        raise ValidationError(_("This garment is not on sale any more."))


def check_person_image(shopper: Shopper, person_image: PersonImage) -> None:
    """Raise ValidationError unless this shopper may try clothes on this picture."""
    if person_image.is_house_model:
        return
    is_current = PersonImage.objects.current().filter(pk=person_image.pk).exists()
    if person_image.shopper_id != shopper.pk or not is_current:
        raise ValidationError(
            _("This photo is no longer kept; please upload it again.")
        )
    if not shopper.has_consented:
        raise ValidationError(
            _("Please agree first to how your photo is used for the try-on.")
        )


def queue_task(tryon_session: TryOnSession, stage: Stage) -> TryOnTask:
    """The next task of a session, due at once. It has TRYON_TASK_DEADLINE to end.

    Raises BudgetUsedUp when today's budget has no room for it.
    """
    tasks = queue_tasks([tryon_session], stage)
    if not tasks:
        raise BudgetUsedUp
    return tasks[0]


def queue_tasks(sessions: Sequence[TryOnSession], stage: Stage) -> list[TryOnTask]:
    """As `queue_task`, one for each session that today's budget has room for."""
    is_coarse = stage == Stage.COARSE
    model = settings.TRYON_COARSE_MODEL if is_coarse else settings.TRYON_REFINER_MODEL
    deadline_at = timezone.now() + settings.TRYON_TASK_DEADLINE
    wanted = [
        TryOnTask(session=one, stage=stage, model=model, deadline_at=deadline_at)
        for one in sessions
    ]
    tasks = TryOnTask.objects.bulk_create(reserve(wanted))
    TryOnEvent.objects.bulk_create(
        TryOnEvent(
            session_id=task.session_id, task=task, name=f"{stage}.queued", message=model
        )
        for task in tasks
    )
    return tasks


def start_refining(tryon_session: TryOnSession) -> bool:
    """Queue the refined image. False: another process was first.

    Raises BudgetUsedUp; then nothing has changed.
    """
    with transaction.atomic():
        moved = tryon_session.mark_refining()
        if moved:
            queue_task(tryon_session, Stage.REFINE)
    return moved


@transaction.atomic
def start_refining_all(sessions: Sequence[TryOnSession]) -> list[TryOnSession]:
    """Queue the refined images; returns the sessions for which that was new.

    Where today's budget has no room, the coarse image is all until it is asked again.
    """
    moved = TryOnSession.mark_all(
        sessions, SessionStatus.REFINING, [""] * len(sessions)
    )
    placed = {task.session_id for task in queue_tasks(moved, Stage.REFINE)}
    left = [one for one in moved if one.pk not in placed]
    TryOnSession.mark_all(left, SessionStatus.COARSE_ONLY, ["budget"] * len(left))
    return moved


# --- change of mind -----------------------------------------------------------
def cancel_session(tryon_session: TryOnSession) -> bool:
    """End the session now. False: it was over already.

    A task that the engine does not know of is canceled with it; the others are left to
    the poller, which asks the engine to drop them and throws away what still comes.
    """
    with transaction.atomic():
        if tryon_session.is_over or not tryon_session.mark_canceled():
            return False
        for task in tryon_session.tasks.unsubmitted():
            task.mark_canceled()
        tryon_session.tasks.pending().update(next_poll_at=timezone.now())
    return True


def refine_session(tryon_session: TryOnSession) -> bool:
    """Ask for the refined image of a session that ended with its coarse one.

    False: it has one, or it is on its way. Raises ValidationError, with a sentence for
    the shopper, when the photo or a garment is gone by now or the day's budget used up.
    """
    if tryon_session.status != SessionStatus.COARSE_ONLY:
        return False
    check_person_image(*_shopper_and_photo(tryon_session))
    return start_refining(tryon_session)


def retry_session(tryon_session: TryOnSession) -> TryOnSession:
    """Try the same outfit on the same picture again, as a new session.

    The old one stays in the history as it ended. Raises ValidationError when it is not
    over yet, or when the photo or a garment is gone by now.
    """
    if not tryon_session.is_over:
        raise ValidationError(_("This try-on is still under way."))
    return start_tryon(
        *_shopper_and_photo(tryon_session),
        tryon_session.top,
        tryon_session.bottom,
        tryon_session.gender,
    )


def _shopper_and_photo(tryon_session: TryOnSession) -> tuple[Shopper, PersonImage]:
    """Whose session it is, and on what. Raises ValidationError if that is gone."""
    if tryon_session.shopper is None:
        raise ValidationError(
            _("This is a preview; please make it anew from its garment's page.")
        )
    if tryon_session.person_image is None:
        raise ValidationError(
            _("This photo is no longer kept; please upload it again.")
        )
    return tryon_session.shopper, tryon_session.person_image


def keep_session(tryon_session: TryOnSession, is_kept: bool = True) -> None:
    """Keep the look beyond TRYON_LOOK_LIFETIME, or no longer."""
    other = TryOnSession.objects.filter(pk=tryon_session.pk, is_kept=not is_kept)
    with transaction.atomic():
        if other.update(is_kept=is_kept):  # once, however often it is asked for
            step = 1 if is_kept else -1
            count_kept(tryon_session.garments, tryon_session.created_at, step)
    tryon_session.is_kept = is_kept


def name_session(tryon_session: TryOnSession, name: str) -> None:
    tryon_session.name = name.strip()[:80]
    tryon_session.save(update_fields=["name"])


# --- forget -------------------------------------------------------------------
def delete_session(tryon_session: TryOnSession) -> Receipt:
    """Delete a look: its rows at once, its files with them."""
    return delete_sessions([tryon_session])


@transaction.atomic
def delete_sessions(sessions: Iterable[TryOnSession]) -> Receipt:
    chosen = [tryon_session.pk for tryon_session in sessions]
    tasks = list(TryOnTask.objects.filter(session__in=chosen))
    files = [name for task in tasks if task.result for name in task.possible_files]
    on_their_way = [
        name
        for task in tasks
        if task.attempts and not task.result
        for name in task.possible_files
    ]
    OrphanedTask.leave(task.engine_task_id for task in tasks if not task.is_over)
    release(tasks)
    TryOnSession.objects.filter(pk__in=chosen).delete()
    doom(on_their_way, after=_RESULT_ON_ITS_WAY)
    return Receipt(looks=len(chosen), files=doom(files))


@transaction.atomic
def delete_photos(photos: Iterable[PersonImage]) -> Receipt:
    """Delete photos and their files; looks made from them stay."""
    chosen = list(photos)
    PersonImage.objects.filter(pk__in=[photo.pk for photo in chosen]).delete()
    names = [name for photo in chosen for name in photo_files(photo)]
    return Receipt(photos=len(chosen), files=doom(names))


def photo_files(photo: PersonImage) -> list[str]:
    return [str(picture.name) for picture in (photo.image, photo.thumbnail) if picture]


@transaction.atomic
def forget_shopper(shopper: Shopper) -> Receipt:
    """Delete every photo and look of the shopper, rows and files, and the consent.

    A guest is forgotten altogether; a user keeps the account. What the engine has not
    begun is canceled there by the poller; what it works on just now ends unseen.
    """
    receipt = delete_sessions(shopper.sessions.all())
    receipt += delete_photos(shopper.person_images.all())
    if shopper.user_id is None:
        shopper.delete()
    else:
        shopper.consent_version, shopper.consented_at = "", None
        shopper.save(update_fields=["consent_version", "consented_at"])
    return receipt
