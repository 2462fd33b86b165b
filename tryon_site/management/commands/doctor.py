"""Look at everything an operator would: one line each, with a remedy where needed."""

import json
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from tryon_site.doctor import examine
from tryon_site.doctor.findings import Finding

_SIGNS = {"ok": "ok  ", "warn": "WARN", "bad": "BAD "}


class Command(BaseCommand):
    help = (
        "Checks settings, database, stores, engine, key, libraries, disk and clock. "
        "Exits with 1 when something is bad."
    )
    requires_system_checks: list[str] = []  # they are the first of ours

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=_language_of_the_shell(),
            help="of what is printed; the shell's by default",
        )

    def handle(self, *, language: str, **options: Any) -> None:
        found = []
        with translation.override(language):
            for finding in examine():
                found.append(finding)
                if not options["json"]:
                    self._print(finding)
            states = Counter(finding.state for finding in found)
            if options["json"]:
                report = {
                    "ok": not states["bad"],
                    "findings": [asdict(one) for one in found],
                }
                self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            else:
                self.stdout.write(
                    _("%(bad)d bad, %(warn)d to look at, %(ok)d fine")
                    % {state: states[state] for state in _SIGNS}  # type: ignore[index]
                )
        if states["bad"]:
            sys.exit(1)

    def _print(self, finding: Finding) -> None:
        line = f"{_SIGNS[finding.state]} {finding.name}: {finding.said}"
        if finding.remedy:
            line += f" → {finding.remedy}"
        if finding.state == "bad":
            line = self.style.ERROR(line)
        elif finding.state == "warn":
            line = self.style.WARNING(line)
        self.stdout.write(line)


def _language_of_the_shell() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-hans" if spoken.lower().startswith("zh") else settings.LANGUAGE_CODE
