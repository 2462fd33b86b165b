"""The back office. Machine-written fields are read-only; actions call services."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import accounts, garments, mails, sessions, shoppers, tasks

__all__ = ["accounts", "garments", "mails", "sessions", "shoppers", "tasks"]

admin.site.site_header = _("Fitting Room")
admin.site.site_title = _("Fitting Room")
admin.site.index_title = _("Back office")
