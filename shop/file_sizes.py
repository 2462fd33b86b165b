"""How large a file is, for people."""

from django.template.defaultfilters import filesizeformat


def file_size(size_bytes: int) -> str:
    """As Django says it, without a decimal that tells nothing: "200 MB"."""
    return filesizeformat(size_bytes).replace(".0\xa0", "\xa0")
