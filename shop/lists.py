"""Several things in one sentence, as the reader's language lists them."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(names: Iterable[object]) -> str:
    """The names with what stands between them: "CNY, EUR", in Chinese "CNY、EUR"."""
    return pgettext("between the things of a list", ", ").join(map(str, names))
