"""`{{ finding|in_words:"garment" }}`: a finding of the image check as a sentence."""

from django import template

from .. import findings

register = template.Library()


@register.filter
def in_words(finding: dict, kind: str = "person") -> str:
    return findings.in_words(finding, kind)
