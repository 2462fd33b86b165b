"""A try-on session as its shopper sees it: stages, pictures and words."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import reasons
from .doubts import sentences
from .models import (
    Garment,
    SessionStatus,
    Stage,
    TaskState,
    TryOnSession,
    TryOnTask,
)
from .worn import ColourTruth, colour_truth, outfit_in_words

WORDS: dict[str, Promise] = {
    SessionStatus.QUEUED: gettext_lazy("Checking photo and clothes"),
    SessionStatus.FITTING: gettext_lazy("Fitting the clothes"),
    SessionStatus.COARSE_READY: gettext_lazy("First look ready"),
    SessionStatus.REFINING: gettext_lazy("Refining light and edges"),
    SessionStatus.REFINED: gettext_lazy("Your look is ready"),
    SessionStatus.COARSE_ONLY: gettext_lazy("Your look is ready"),
    SessionStatus.FAILED: gettext_lazy("This try-on did not work"),
    SessionStatus.CANCELED: gettext_lazy("Try-on stopped"),
}
STEPS = (
    SessionStatus.QUEUED,
    SessionStatus.FITTING,
    SessionStatus.COARSE_READY,
    SessionStatus.REFINING,
    SessionStatus.REFINED,
)


@dataclass(frozen=True)
class Step:
    label: Promise
    state: str  # "done", "now" or "todo"


@dataclass(frozen=True)
class Look:
    """Wraps a session read with `with_pictures()`; asks the database nothing more."""

    session: TryOnSession

    @cached_property
    def coarse(self) -> TryOnTask | None:
        return self.result_of(Stage.COARSE)

    @cached_property
    def refined(self) -> TryOnTask | None:
        return self.result_of(Stage.REFINE)

    @property
    def best(self) -> TryOnTask | None:
        return self.refined or self.coarse

    @property
    def small(self) -> FieldFile | None:
        """The best picture for pages that show many; results of old have but one."""
        task = self.best
        return (task.result_card or task.result) if task else None

    @property
    def results(self) -> list[TryOnTask]:
        return [task for task in (self.coarse, self.refined) if task]

    def result_of(self, stage: str) -> TryOnTask | None:
        """The stage's newest task with a picture."""
        done = [
            task
            for task in self.session.tasks.all()
            if task.stage == stage and task.state == TaskState.SUCCEEDED
        ]
        return max(done, key=lambda task: task.pk, default=None)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the page would look different."""
        shown = "-".join(str(task.pk) for task in self.results)
        return f"{self.session.status}-{shown}"

    @property
    def steps(self) -> list[Step]:
        status = self.session.status
        if status not in STEPS:
            return []
        at = STEPS.index(status)
        # What is ready is behind us; only work is "now".
        done = at + (status in (SessionStatus.COARSE_READY, SessionStatus.REFINED))
        return [
            Step(WORDS[step], "done" if i < done else "now" if i == at else "todo")
            for i, step in enumerate(STEPS)
        ]

    @property
    def headline(self) -> Promise:
        return WORDS[self.session.status]

    @property
    def sentence(self) -> Promise | str:
        """Why there is no refined picture, and what to do; empty when all is well."""
        return reasons.sentence(self.session.reason)

    @property
    def doubts(self) -> list[str]:
        """What to look at twice in the best picture there is; mostly nothing."""
        return sentences(self.best.confidence) if self.best else []

    @property
    def can_be_refined(self) -> bool:
        """It ended with the coarse image, and the photo is still there."""
        session = self.session
        return (
            session.status == SessionStatus.COARSE_ONLY
            and session.person_image is not None
            and session.reason != "bottom_only"
        )

    @property
    def can_be_retried(self) -> bool:
        """It ended without any picture."""
        return self.session.is_over and self.best is None

    @property
    def deleted_at(self) -> datetime | None:
        """When the look goes by itself; None: not before its shopper deletes it."""
        if self.session.is_kept:
            return self._kept_until
        if self.session.wants_refined:
            return self.session.created_at + settings.TRYON_LOOK_LIFETIME
        return self.session.created_at + settings.TRYON_PHOTO_LIFETIME

    @property
    def _kept_until(self) -> datetime | None:
        shopper = self.session.shopper
        if shopper is not None and shopper.user_id is not None:
            return None
        # Without its cookie nobody finds a guest's look any more.
        kept_for = max(settings.TRYON_LOOK_LIFETIME, settings.TRYON_GUEST_LIFETIME)
        return self.session.created_at + kept_for

    @property
    def title(self) -> str:
        """The name that its shopper gave it, else what is worn."""
        return self.session.name or self.outfit

    @property
    def outfit(self) -> str:
        return " + ".join(garment.display_name for garment in self.session.garments)

    @property
    def wearer(self) -> str:
        person = self.session.person_image
        return person.display_name if person and person.is_house_model else _("You")

    @property
    def alt(self) -> str:
        """What the picture shows, for those who do not see it."""
        return self._in_words(self.wearer)

    @property
    def shared_alt(self) -> str:
        """The same for strangers, to whom "you" is somebody else."""
        return self._in_words(_("Somebody"))

    @property
    def is_truth_known(self) -> bool:
        return any(self.colour_truth_of(garment) for garment in self.session.garments)

    def _in_words(self, who: str) -> str:
        """As the engine measured it; else by the titles of what is worn."""
        worn = self.best.worn if self.best else {}
        seen = outfit_in_words(worn, len(self.session.garments))
        if seen:
            return _("%(who)s in %(outfit)s") % {"who": who, "outfit": seen}
        return _("%(who)s wearing: %(outfit)s") % {"who": who, "outfit": self.outfit}

    def colour_truth_of(self, garment: Garment) -> ColourTruth | None:
        """How true the best picture is to the garment's colour, if that is known."""
        slot = "bottom" if garment == self.session.bottom else "top"
        return colour_truth(self.best.worn.get(slot, {})) if self.best else None

    @property
    def before_alt(self) -> str:
        return _("%(who)s, before the try-on") % {"who": self.wearer}

    def file_name(self, task: TryOnTask) -> str:
        """A readable name for a downloaded picture, without its extension."""
        names = "-".join(garment.slug for garment in self.session.garments)
        stage = "refined" if task.stage == Stage.REFINE else "first-look"
        return slugify(f"fitting-room-{names}-{stage}")
