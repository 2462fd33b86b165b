"""What the image check found, as sentences."""

from typing import Any

from django import template

from ..findings import all_in_words, in_words

register = template.Library()


@register.filter
def finding_in_words(finding: dict[str, Any], kind: str = "person") -> str:
    return in_words(finding, kind)


@register.filter
def findings_in_words(
    findings: list[dict[str, Any]], kind: str = "person"
) -> list[str]:
    return all_in_words(findings, kind)
