"""All settings, for every place. Each value is a constant or comes from env.py.

The defaults are production settings; `.env.example` explains every variable.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs ------------------------------------------------------------
PORT = env.integer("PORT", 8000, 1, 65535)
HOST = env.text("HOST", "127.0.0.1")
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
SITE_URL = env.url("SITE_URL", f"http://127.0.0.1:{PORT}")
SERVE = env.choice("SERVE", "all", ("all", "shop", "engine"))
SERVES_SHOP = SERVE in ("all", "shop")
SERVES_ENGINE = SERVE in ("all", "engine")
WEB_THREADS = env.integer("WEB_THREADS", 8, 1, 64)
WEB_PROCESSES = env.integer("WEB_PROCESSES", 1, 1, 64)
WEB_PATIENCE_S = env.integer("WEB_PATIENCE_S", 15, 1, 600)

DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY", keep_in=DATA_DIR / "secret_key")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", f"{_site.hostname},127.0.0.1,localhost,[::1]"
)
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

# --- TLS: a https SITE_URL switches everything on that needs it ---------------
_tls = _site.scheme == "https"
SECURE_SSL_REDIRECT = _tls
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/v1/"]  # called inside the machine too
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _tls
SECURE_HSTS_PRELOAD = _tls
SESSION_COOKIE_SECURE = _tls
CSRF_COOKIE_SECURE = _tls
LANGUAGE_COOKIE_SECURE = _tls
if env.boolean("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Browser-side security ----------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
TRYON_GUEST_LIFETIME = timedelta(days=env.integer("TRYON_GUEST_DAYS", 90, 1, 400))
SESSION_COOKIE_AGE = int(TRYON_GUEST_LIFETIME.total_seconds())
# Two copies on one host differ by port only, and cookies do not see ports.
SESSION_COOKIE_NAME = f"session_{PORT}"
CSRF_COOKIE_NAME = f"csrf_{PORT}"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# --- Applications -------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "storages",
    "tryon_site",
    "shop",
    "tryon_engine",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.middleware.ShopperMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tryon_site.urls"
WSGI_APPLICATION = "tryon_site.wsgi.application"
# The protocol's paths exist with and without a slash; a redirect would lose a POST.
APPEND_SLASH = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.fitting_room",
            ],
        },
    }
]

# --- Accounts -----------------------------------------------------------------
AUTH_USER_MODEL = "shop.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "garment-list"
LOGOUT_REDIRECT_URL = "garment-list"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses those who guess, before any other
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
# Wrong passwords are counted by account and address; who is shut out tries again later.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "shop.services.passwords.claimed_email"
AXES_LOCKOUT_CALLABLE = "shop.views.accounts.shut_out"
AXES_DISABLE_ACCESS_LOG = True  # who signed in when is nobody's business
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database -----------------------------------------------------------------
_sqlite = quote(str(DATA_DIR / "db.sqlite3"))  # a folder may be called anything
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{_sqlite}")
try:
    _database = dj_database_url.parse(DATABASE_URL, conn_max_age=600)
except ValueError as error:  # also the parser's own errors; never print the password
    raise ImproperlyConfigured(
        "DATABASE_URL: use sqlite:////path/file or postgres://user:password@host/name."
    ) from error
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        # Writers queue up instead of failing when they upgrade a read lock.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Files --------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
SHOP_STORAGE = env.choice("SHOP_STORAGE", "local", ("local", "s3"))
TRYON_SIGNED_URL_LIFETIME = timedelta(hours=6)  # of private pictures


def _s3(bucket: str, cache_control: str, *, signed: bool) -> dict:
    """One bucket of an S3-compatible store (AWS S3, Alibaba OSS, MinIO)."""
    name = env.text(bucket)
    if not name:
        raise ImproperlyConfigured(
            f"{bucket} is empty: SHOP_STORAGE=s3 needs a bucket."
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": env.text("SHOP_S3_ENDPOINT_URL") or None,
            "region_name": env.text("SHOP_S3_REGION") or None,
            "addressing_style": env.choice(
                "SHOP_S3_ADDRESSING", "auto", ("auto", "path", "virtual")
            ),
            # The library's default is signature version 2, which AWS refuses.
            "signature_version": "s3v4",
            "querystring_auth": signed,
            "querystring_expire": int(TRYON_SIGNED_URL_LIFETIME.total_seconds()),
            "object_parameters": {"CacheControl": cache_control},
            "default_acl": None,
            "file_overwrite": False,
        },
    }


if SHOP_STORAGE == "s3":
    # The name of a flat changes with its content; nobody else may keep a photo.
    _for_ever = "public, max-age=31536000, immutable"
    _public = _s3("SHOP_S3_PUBLIC_BUCKET", _for_ever, signed=False)
    _private = _s3("SHOP_S3_PRIVATE_BUCKET", "private, max-age=3600", signed=True)
    # Pictures come straight from the store: the browser must be allowed to show them.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] += env.origins(
        "SHOP_S3_BROWSER_ORIGINS"
    )
else:
    _public = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "public", "base_url": MEDIA_URL},
    }
    _private = {
        "BACKEND": "shop.storages.PrivateFileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "private"},
    }
STORAGES = {
    "default": _public,
    "public": _public,
    "private": _private,
    "engine": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "engine"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = [
    "shop.upload_limit.UploadLimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024  # the engine takes data: URLs
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Languages ----------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "UTC")

# --- Mail ---------------------------------------------------------------------
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
_encrypted = env.choice("EMAIL_ENCRYPTION", "none", ("none", "starttls", "tls"))
EMAIL_USE_TLS = _encrypted == "starttls"
EMAIL_USE_SSL = _encrypted == "tls"
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "fitting-room@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_SUBJECT_PREFIX = ""
# Who is told when the budget of a day is used up.
ADMINS = env.addresses("ADMINS")

# --- Logging: one line an event, to stderr; never a key, a photo or a signed URL
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "tryon_site.log.WithoutSecrets",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"not_a_probe": {"()": "tryon_site.log.NotAProbe"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["not_a_probe"],
        }
    },
    # Below that it writes down every address that it asks, signatures and all.
    "loggers": {
        "urllib3": {"level": "INFO"},
        "axes": {"level": "WARNING"},  # and this one, each step of its work
        # Without the handler that mails whole requests to ADMINS: they hold secrets.
        "django": {"handlers": [], "level": "INFO"},
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO").upper()},
}

# --- The shop: uploads, privacy -----------------------------------------------
TRYON_MAX_UPLOAD_BYTES = env.integer("TRYON_MAX_UPLOAD_MB", 20, 1, 100) * 1024 * 1024
TRYON_MAX_PHOTO_SIDE = env.integer("TRYON_MAX_PHOTO_SIDE", 2048, 512, 4096)
TRYON_PHOTO_LIFETIME = timedelta(hours=env.integer("TRYON_PHOTO_HOURS", 24, 1, 24 * 30))
TRYON_LOOK_LIFETIME = timedelta(days=env.integer("TRYON_LOOK_DAYS", 30, 1, 3650))
TRYON_SHARE_LIFETIME = timedelta(days=env.integer("TRYON_SHARE_DAYS", 7, 1, 365))
# "See everything on me": how many at once, and how many a day, for one shopper.
TRYON_ON_ME_AT_ONCE = env.integer("TRYON_ON_ME_AT_ONCE", 4, 1, 100)
TRYON_ON_ME_PER_DAY = env.integer("TRYON_ON_ME_PER_DAY", 200, 0, 100_000)
# Garments on house models, for merchants and reviewers: on how many, and how many of
# these try-ons may be under way at the same time.
TRYON_PREVIEW_MODELS = env.integer("TRYON_PREVIEW_MODELS", 2, 0, 20)
TRYON_PREVIEWS_AT_ONCE = env.integer("TRYON_PREVIEWS_AT_ONCE", 1, 1, 100)
# Raise it when the consent text changes: everybody is asked again.
TRYON_CONSENT_VERSION = "2026-11"

# --- The shop's side of the protocol ------------------------------------------
# The API key of this project's own engine: made once, kept in the data folder.
TRYON_ENGINE_API_KEYS = env.items("TRYON_ENGINE_API_KEYS") or [
    env.secret("TRYON_ENGINE_KEY", keep_in=DATA_DIR / "engine_key", prefix="sk-")
]
TRYON_BASE_URL = env.url("TRYON_BASE_URL", f"http://127.0.0.1:{PORT}/api/v1")
TRYON_API_KEY = env.text("TRYON_API_KEY", TRYON_ENGINE_API_KEYS[0])
TRYON_COARSE_MODEL = env.choice(
    "TRYON_COARSE_MODEL", "aitryon", ("aitryon", "aitryon-plus")
)
TRYON_REFINER_MODEL = "aitryon-refiner"
TRYON_MAX_IN_FLIGHT = env.integer("TRYON_MAX_IN_FLIGHT", 5, 1, 1000)
TRYON_SUBMITS_PER_SECOND = env.number("TRYON_SUBMITS_PER_SECOND", 10, 0.1, 10_000)
TRYON_QUERIES_PER_SECOND = env.number("TRYON_QUERIES_PER_SECOND", 20, 0.1, 10_000)
TRYON_TASK_DEADLINE = timedelta(
    minutes=env.integer("TRYON_TASK_DEADLINE_MINUTES", 30, 1, 240)
)
# What a day may use, 0 for no limit, and what a picture of each model costs.
TRYON_TASKS_PER_DAY = env.integer("TRYON_TASKS_PER_DAY", 0, 0, 10_000_000)
TRYON_COST_PER_DAY = env.amount("TRYON_COST_PER_DAY")
TRYON_PRICES = env.prices("TRYON_PRICES")
TRYON_CURRENCY = env.text("TRYON_CURRENCY", "CNY")
# Where the engine finds the shop's pictures: the shop as the engine sees it.
TRYON_IMAGE_BASE_URL = env.url("TRYON_IMAGE_BASE_URL", SITE_URL)

# Where results may lie besides public addresses and TRYON_BASE_URL's own origin.
TRYON_RESULT_ORIGINS = env.origins("TRYON_RESULT_ORIGINS")

# --- The engine ---------------------------------------------------------------
TRYON_ENGINE_BACKEND = env.choice("TRYON_ENGINE_BACKEND", "warp", ("warp",))
TRYON_ENGINE_WORKERS = env.integer("TRYON_ENGINE_WORKERS", os.cpu_count() or 1, 0, 256)
TRYON_ENGINE_PUBLIC_URL = env.url("TRYON_ENGINE_PUBLIC_URL", SITE_URL)
TRYON_ENGINE_IMAGE_ORIGINS = env.origins(
    "TRYON_ENGINE_IMAGE_ORIGINS", f"http://127.0.0.1:{PORT},http://localhost:{PORT}"
)
_own_origin = f"{_site.scheme}://{_site.netloc}"
TRYON_RESULT_ORIGINS += [_own_origin, TRYON_ENGINE_PUBLIC_URL]
if _own_origin not in TRYON_ENGINE_IMAGE_ORIGINS:
    TRYON_ENGINE_IMAGE_ORIGINS.append(_own_origin)
# Limits of each key that has none of its own; 0: none.
TRYON_ENGINE_SUBMITS_PER_SECOND = env.integer(
    "TRYON_ENGINE_SUBMITS_PER_SECOND", 0, 0, 10_000
)
TRYON_ENGINE_QUERIES_PER_SECOND = env.integer(
    "TRYON_ENGINE_QUERIES_PER_SECOND", 0, 0, 10_000
)
TRYON_ENGINE_IN_FLIGHT = env.integer("TRYON_ENGINE_IN_FLIGHT", 0, 0, 10_000)
TRYON_ENGINE_WHEN_BUSY = env.choice(
    "TRYON_ENGINE_WHEN_BUSY", "queue", ("queue", "refuse")
)
# Also send results as clients of 2024 read them; the SDK never gets them so.
TRYON_ENGINE_OLD_SHAPE = env.boolean("TRYON_ENGINE_OLD_SHAPE", False)
TRYON_ENGINE_RESULT_HOURS = env.integer("TRYON_ENGINE_RESULT_HOURS", 24, 1, 24)
TRYON_ENGINE_READINGS_DIR = DATA_DIR / "readings"
TRYON_ENGINE_READINGS_MB = env.integer("TRYON_ENGINE_READINGS_MB", 1024, 0, 1_000_000)
TRYON_ENGINE_TASK_TIMEOUT_S = env.integer(
    "TRYON_ENGINE_TASK_TIMEOUT_S", 300, 5, 3 * 3600
)
