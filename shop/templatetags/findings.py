"""What the image check found, as a sentence."""

from typing import Any

from django import template

from ..findings import in_words

register = template.Library()


@register.filter
def finding_in_words(finding: dict[str, Any], kind: str = "person") -> str:
    return in_words(finding, kind)
