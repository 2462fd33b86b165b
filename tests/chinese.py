"""The Chinese catalogue, and words that have no place on a Chinese page."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[1] / "locale"
PO = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"

# Words that are the same in Chinese: formats, units, names.
SAME_IN_CHINESE = {
    *("JPG", "PNG", "WEBP", "BMP", "HEIC", "KB", "MB", "AI", "Cookie", "English"),
    *("ZIP", "CSV", "UTF", "Shift"),
    *("CNY", "EUR", "GBP", "HKD", "JPY", "USD"),
}


def read_catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file)


def latin_words(text: str) -> set[str]:
    plain = re.sub(r"\S+@\S+|https?:\S+|{\w+}", "", text)
    return set(re.findall("[A-Za-z]{2,}", plain)) - SAME_IN_CHINESE


def our_english() -> set[str]:
    """The texts of the site, as far as they read differently in Chinese."""
    return {
        text
        for message in read_catalogue()
        if message.id
        for text in [message.id if isinstance(message.id, str) else message.id[0]]
        # Django's own pages say "Search" to Chinese readers, too.
        if message.string != text and latin_words(text) - {"Search"}
    }
