"""API keys of the engine: `manage.py engine_key create|list|limit|revoke`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from tryon_engine import keys
from tryon_engine.models import EngineKey, EngineUsage

LIMITS = ("submits_per_second", "queries_per_second", "in_flight")
COUNTS = ("submitted", "succeeded", "failed", "canceled")


class Command(BaseCommand):
    help = "Create, list, limit and revoke API keys of the try-on engine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a key and show it, once")
        create.add_argument("name", help="whose key it is, for the list")
        _add_limits(create)
        actions.add_parser("list", help="all keys, their limits and what they used")
        limit = actions.add_parser("limit", help="give a key other limits")
        limit.add_argument("id", type=int, help="its number in the list")
        _add_limits(limit)
        revoke = actions.add_parser("revoke", help="end a key, at once and for good")
        revoke.add_argument("id", type=int, help="its number in the list")

    def handle(self, *, action: str, **options: Any) -> None:
        getattr(self, action)(options)

    def create(self, options: dict[str, Any]) -> None:
        row, key = keys.create_key(options["name"], **_limits(options))
        self.stderr.write(f"Key {row.pk} for {row.name}. It is shown this once:")
        self.stdout.write(key)

    def list(self, options: dict[str, Any]) -> None:
        table: list[tuple[str, ...]] = [
            ("id", "name", "state", "last used", *LIMITS, *COUNTS)
        ]
        table += [_row(key) for key in EngineKey.objects.order_by("pk")]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def limit(self, options: dict[str, Any]) -> None:
        key = _find(options["id"])
        given = {
            name: value for name, value in _limits(options).items() if value is not None
        }
        if not given:
            raise CommandError(
                "Nothing to change: give a limit, for instance --in-flight 3."
            )
        EngineKey.objects.filter(pk=key.pk).update(**given)
        self.stdout.write(f"Key {key.pk} of {key.name} has its new limits.")

    def revoke(self, options: dict[str, Any]) -> None:
        key = _find(options["id"])
        if not key.is_managed:
            raise CommandError(
                f"Key {key.pk} comes from the settings: "
                "take it out of TRYON_ENGINE_API_KEYS and start again."
            )
        if not key.revoke():
            raise CommandError(f"Key {key.pk} of {key.name} was revoked before.")
        self.stdout.write(f"Key {key.pk} of {key.name} is revoked.")


def _add_limits(parser: ArgumentParser) -> None:
    for name, what in zip(
        LIMITS,
        (
            "submits a second, for each model",
            "queries a second; lists, cancels and upload policies as many each",
            "try-ons worked on at once",
        ),
        strict=True,
    ):
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(
            flag,
            type=_limit,
            metavar="N",
            help=f"{what}; 0: no limit; else the setting's",
        )


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 10_000:
        raise ValueError
    return int(text)


def _limits(options: dict[str, Any]) -> dict[str, int | None]:
    return {name: options[name] for name in LIMITS}


def _find(number: int) -> EngineKey:
    key = EngineKey.objects.filter(pk=number).first()
    if key is None:
        raise CommandError(f"There is no key {number}: see manage.py engine_key list.")
    return key


def _row(key: EngineKey) -> tuple[str, ...]:
    state = (
        "revoked" if key.revoked_at else "valid" if key.is_managed else "in settings"
    )
    used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
    limits = [getattr(key, name) for name in LIMITS]
    sums = EngineUsage.objects.filter(owner=key.digest).aggregate(
        **{name: Sum(name) for name in COUNTS}
    )
    return (
        str(key.pk),
        key.name,
        state,
        used,
        *("-" if limit is None else str(limit) for limit in limits),
        *(str(sums[name] or 0) for name in COUNTS),
    )
