"""Where a line may not break."""

import re

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

LONGEST = 16
"""Letters of a word that has to fit into the narrowest card."""
_HYPHENATED = re.compile(r"(\S*\w-\w\S*)")


@register.filter
def whole_words(text: str) -> SafeString:
    """`text` without breaks after hyphens: no "Oatmeal Cable-" above "Knit Jumper"."""
    parts = _HYPHENATED.split(str(text))
    joined = format_html_join("", "{}", ((_kept_whole(part),) for part in parts))
    # One element: in a flex box each of its parts would be an item of its own.
    return format_html("<span>{}</span>", joined) if "<" in joined else joined


def _kept_whole(part: str) -> SafeString:
    if len(part) > LONGEST or not _HYPHENATED.fullmatch(part):
        return conditional_escape(part)
    return format_html('<span class="whole-word">{}</span>', part)
