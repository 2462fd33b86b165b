"""Settings, database, what is built, and the parts that run beside the web server."""

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.services.budget import price_of, todays_budget
from shop.services.health import poller_health
from shop.services.operations import unsent_mails

from .findings import Finding, bad, ok, warn

_PRINTED = "django.core.mail.backends.console.EmailBackend"
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def settings_check() -> Iterator[Finding]:
    name = _("settings")
    is_public = settings.SITE_URL.startswith("https://")
    found = checks.run_checks(include_deployment_checks=is_public)
    grave = [one for one in found if one.is_serious()]
    for one in grave:
        yield bad(name, one.msg, one.hint or _("See manage.py check --deploy."))
    for one in found:
        if one not in grave and not one.is_silenced():
            yield warn(name, one.msg, one.hint or _("See manage.py check --deploy."))
    if settings.DEBUG and is_public:
        yield bad(name, _("DEBUG is on at a public address."), _("Unset DEBUG."))
    for path in _secrets():
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield bad(
                name,
                _("Others can read %(path)s.") % {"path": path},
                f"chmod 600 {path}",
            )
    if not grave:
        yield ok(name, f"{settings.SITE_URL}, SERVE={settings.SERVE}")


def _secrets() -> list[Path]:
    return [settings.DATA_DIR / name for name in ("secret_key", "engine_key")]


def database() -> Iterator[Finding]:
    name = _("database")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check(1)")
                verdict = str(cursor.fetchone()[0])
                if verdict != "ok":
                    yield bad(name, verdict, _("Put the last backup back."))
                    return
    except DatabaseError as error:
        yield bad(
            name,
            str(error).strip(),
            _("Start the database, or correct DATABASE_URL."),
        )
        return
    numbers = ".".join(map(str, connection.get_database_version()))
    yield ok(name, f"{connection.display_name} {numbers}")


def migrations() -> Iterator[Finding]:
    name = _("migrations")
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = plan[0][0]
        yield bad(
            name,
            _("%(count)d not applied, first %(first)s")
            % {
                "count": len(plan),
                "first": first,
            },
            "manage.py migrate",
        )
    else:
        yield ok(name, _("all applied"))


def built_files() -> Iterator[Finding]:
    name = _("built files")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        yield bad(
            name,
            _("The static files were not collected."),
            "manage.py collectstatic --noinput",
        )
        return
    catalogue = settings.LOCALE_PATHS[0] / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    if not catalogue.exists():
        yield bad(name, _("The Chinese texts were not compiled."), "make setup")
        return
    yield ok(name, _("static files and Chinese texts are there"))


def poller() -> Iterator[Finding]:
    name = _("poller")
    is_up, why = poller_health()
    if is_up:
        yield ok(name, _("it beats"))
    else:
        yield bad(name, why, _("Start manage.py poll_tryons, or make run."))


def mail() -> Iterator[Finding]:
    name = _("e-mail")
    if settings.EMAIL_BACKEND == _PRINTED:
        remedy = _("To send it: EMAIL_BACKEND=%(backend)s and EMAIL_HOST.")
        yield warn(
            name,
            _("It is printed by the poller, not sent."),
            remedy % {"backend": _SMTP},
        )
    elif settings.EMAIL_BACKEND == _SMTP:
        try:
            with get_connection():
                pass
        except OSError as error:
            yield bad(
                name,
                f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}: {error}",
                _("Check the EMAIL_... settings and whether the mail server is up."),
            )
        else:
            yield ok(name, f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    else:
        yield ok(name, settings.EMAIL_BACKEND)
    if unsent := unsent_mails(timezone.now()):
        yield warn(
            name,
            _("%(count)d could not be sent.") % {"count": unsent},
            _("Admin, E-mails: see the last error, then Send again."),
        )


def budget() -> Iterator[Finding]:
    name = _("budget")
    used = todays_budget()
    said = f"{used.tasks}/{used.most_tasks or '∞'}, {used.cost}/{used.most_cost or '∞'}"
    said += f" {settings.TRYON_CURRENCY}"
    prices = {
        model: price_of(model)
        for model in (settings.TRYON_COARSE_MODEL, settings.TRYON_REFINER_MODEL)
    }
    limited = used.most_tasks or used.most_cost
    if not used.is_open:
        yield bad(
            name,
            _("used up: %(said)s") % {"said": said},
            _("Wait for midnight, or raise TRYON_TASKS_PER_DAY or TRYON_COST_PER_DAY."),
        )
    elif used.most_cost and not all(prices.values()):
        free = ", ".join(model for model, price in prices.items() if not price)
        yield warn(
            name,
            _("no price for %(models)s, so it costs nothing here") % {"models": free},
            _("Set TRYON_PRICES, such as aitryon=0.2,aitryon-refiner=0.3."),
        )
    elif limited and not settings.ADMINS:
        yield warn(
            name,
            _("nobody is told when it is used up"),
            _("Set ADMINS to the addresses of staff."),
        )
    else:
        yield ok(name, said)
