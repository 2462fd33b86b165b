from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TryonEngineConfig(AppConfig):
    name = "tryon_engine"
    verbose_name = _("Try-on engine")
