"""E-mails to merchants and staff: what went out, and what did not."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import MailState, OutgoingMail
from .common import MachineWrittenAdmin, StaffRequest


@admin.register(OutgoingMail)
class OutgoingMailAdmin(MachineWrittenAdmin):
    list_display = ("subject", "to", "state", "attempts", "last_error", "created_at")
    list_filter = ("state", "created_at")
    search_fields = ("to", "subject")
    date_hierarchy = "created_at"
    actions = ("send_again",)
    fieldsets = (
        (None, {"fields": ("to", "subject", "text")}),
        (
            _("Written by the machine"),
            {
                "fields": (
                    "occasion",
                    ("state", "attempts"),
                    "last_error",
                    ("created_at", "send_at", "sent_at"),
                )
            },
        ),
    )

    @admin.display(description=_("text"))
    def text(self, mail: OutgoingMail) -> str:
        return gettext("For its reader alone.") if mail.is_private else mail.body

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_again(
        self, request: StaffRequest, queryset: QuerySet[OutgoingMail]
    ) -> None:
        """For what failed. What may have gone out already stays as it is."""
        chosen = list(queryset)
        done = [
            mail
            for mail in chosen
            if mail.state == MailState.FAILED and mail.send_again()
        ]
        for mail in done:
            self.log_change(request, mail, gettext("Sent again."))
        if done:
            text = ngettext(
                "%d e-mail goes out again.", "%d e-mails go out again.", len(done)
            )
            self.message_user(request, text % len(done), messages.SUCCESS)
        if left := len(chosen) - len(done):
            text = ngettext(
                "%d e-mail was left as it is: only what failed is sent again.",
                "%d e-mails were left as they are: only what failed is sent again.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)
