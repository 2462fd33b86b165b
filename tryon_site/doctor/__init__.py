"""What an operator would look at before opening, and when something is wrong.

Each check looks at the real thing, says in one line what it found, and what to do where
that is not good. None changes anything but the file that it writes and deletes again.
"""

import logging
from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from . import engine, machine, site, stores
from .findings import Finding, bad

logger = logging.getLogger(__name__)

Check = Callable[[], Iterator[Finding]]


def checks() -> list[Check]:
    """All that apply to what this machine serves, in the order of their causes."""
    found: list[Check] = [
        site.settings_check,
        machine.libraries,
        machine.disk,
        site.database,
        site.migrations,
        site.built_files,
    ]
    if settings.SERVES_SHOP:
        found += [
            stores.public_store,
            stores.private_store,
            engine.provider,
            engine.limits,
            site.poller,
            site.mail,
            site.budget,
        ]
    if settings.SERVES_ENGINE:
        found.append(engine.workers)
    return found


def examine() -> Iterator[Finding]:
    """Make every check; one that breaks is a finding of its own and stops no other."""
    for check in checks():
        try:
            yield from check()
        except Exception as error:
            logger.debug("%s broke", check.__name__, exc_info=error)
            yield bad(
                check.__name__.replace("_", " "),
                f"{type(error).__name__}: {error}",
                _("See the findings above first; then the log, with LOG_LEVEL=DEBUG."),
            )
