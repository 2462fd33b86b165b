"""Which tests stay together in one process of a run, and in which order they begin."""

from xdist.scheduler import LoadScopeScheduling

# What begins with one of these starts servers, browsers or engines that all of it
# needs, and takes longest: so these come first, each in one process.
LONG = (
    "tests/browser/test_every_page.py",
    "tests/server/",
    "tests/browser/test_whole_way.py",
    "tests/postgres/",
    "tests/browser/test_own_photo.py",
    "tests/browser/test_look_pages.py",
    "tests/browser/test_merchants_way.py",
    "tests/browser/test_outfit.py",
    "tests/browser/test_review_by_keyboard.py",
    "tests/engine/test_pool.py",
    "tests/storage/",
)
GUESTS = {"tests/browser/test_keyboard.py": "tests/browser/test_every_page.py"}


def share_of(nodeid: str) -> str:
    """The share of a test: of the long ones, else its class, else its module."""
    path = nodeid.partition("::")[0]
    for start in LONG:
        if GUESTS.get(path, path).startswith(start):
            return start
    return nodeid.partition("[")[0].rpartition("::")[0]


def place_of(nodeid: str) -> int:
    share = share_of(nodeid)
    return LONG.index(share) if share in LONG else len(LONG)


class Shares(LoadScopeScheduling):
    """Gives each process one share after the other.

    By their names, for pytest 9 and xdist 3.8 lose the marks of `--dist loadgroup`.
    """

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)
