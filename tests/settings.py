"""The site's own settings, with a throw-away data folder and fast passwords."""

import os
import tempfile

_scratch = tempfile.mkdtemp(prefix="fitting-room-test-")
os.environ["DATA_DIR"] = _scratch
os.environ.setdefault("LOG_LEVEL", "WARNING")

from tryon_site.settings import *  # noqa: E402, F403  (the environment comes first)
from tryon_site.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# No collectstatic in tests: files are served from where they lie.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
