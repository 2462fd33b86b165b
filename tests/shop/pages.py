"""Reading answers as people do: links, fields, and what a strict CSP would refuse."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """The tags of an answer: `page.all("img", loading="lazy")` finds attributes."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.html = answer.content.decode()
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str, **wanted: str) -> list[dict]:
        return [
            attrs
            for name, attrs in self.tags
            if name == tag and wanted.items() <= attrs.items()
        ]

    @property
    def refused_by_csp(self) -> list[str]:
        """Inline scripts, styles and handlers, and addresses of other hosts."""
        refused = [f"<{tag} style>" for tag, attrs in self.tags if "style" in attrs]
        refused += [f"<{tag}>" for tag, _ in self.tags if tag == "style"]
        refused += ["<script>" for attrs in self.all("script") if not attrs.get("src")]
        refused += [
            f"{tag} {name}"
            for tag, attrs in self.tags
            for name in attrs
            if re.match("on[a-z]", name)
        ]
        loaded = ("script", "link", "img", "iframe", "source", "audio", "video")
        return refused + [
            f"{tag} {attrs}"
            for tag, attrs in self.tags
            if tag in loaded
            and (attrs.get("src") or attrs.get("href") or "").startswith(("http", "//"))
        ]
