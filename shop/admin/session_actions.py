"""What staff can do with a try-on, from the list of sessions or of their tasks."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import TryOnSession
from ..services.sessions import cancel_session, retry_session
from .common import EMPTY, MachineWrittenAdmin, StaffRequest


def seconds_between(start: datetime | None, end: datetime | None) -> str:
    return f"{(end - start).total_seconds():.1f} s" if start and end else EMPTY


def outfit_of(tryon_session: TryOnSession) -> str:
    return " + ".join(
        garment.name or gettext("Not named yet") for garment in tryon_session.garments
    )


class SessionActions(MachineWrittenAdmin):
    """Try again and cancel, for rows that are sessions or belong to one."""

    @admin.action(description=_("Try again, as a new session"), permissions=["change"])
    def try_again(self, request: StaffRequest, queryset: QuerySet) -> None:
        done = self._each(request, queryset, retry)
        text = ngettext("%d new try-on queued.", "%d new try-ons queued.", done)
        if done:
            self.message_user(request, text % done, messages.SUCCESS)

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel(self, request: StaffRequest, queryset: QuerySet) -> None:
        done = self._each(request, queryset, cancel)
        text = ngettext("%d try-on canceled.", "%d try-ons canceled.", done)
        if done:
            self.message_user(request, text % done, messages.SUCCESS)

    def _each(
        self,
        request: StaffRequest,
        queryset: QuerySet,
        act: Callable[[TryOnSession], str],
    ) -> int:
        """Act on each session, and write into its history who did what.

        Tells what is refused, and returns how many were not.
        """
        done = 0
        for tryon_session in self.sessions_of(queryset):
            try:
                message = act(tryon_session)
                LogEntry.objects.log_actions(
                    request.user.pk,
                    [tryon_session],
                    CHANGE,
                    change_message=message,
                    single_object=True,
                )
                done += 1
            except ValidationError as refused:
                text = f"{tryon_session.public_id}: {refused.messages[0]}"
                self.message_user(request, text, messages.WARNING)
        return done

    def sessions_of(self, queryset: QuerySet) -> QuerySet[TryOnSession]:
        raise NotImplementedError


def cancel(tryon_session: TryOnSession) -> str:
    if not cancel_session(tryon_session):
        raise ValidationError(_("This try-on is over already."))
    return gettext("Canceled.")


def retry(tryon_session: TryOnSession) -> str:
    new = retry_session(tryon_session)
    return gettext("Tried again as %(session)s.") % {"session": new.public_id}
