"""Typed readers for environment variables.

A bad value stops the start with one sentence: the variable, its value and what is
allowed. Secrets that nobody set are made once and kept in the data folder.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")

Number = TypeVar("Number", int, float)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def boolean(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(
        f"{name}={value!r}: use one of {', '.join(TRUE + FALSE)}."
    )


def integer(name: str, default: int, least: int, most: int) -> int:
    return _within(name, str(default), int, "a whole number", least, most)


def number(name: str, default: float, least: float, most: float) -> float:
    return _within(name, str(default), float, "a number", least, most)


def _within(
    name: str,
    default: str,
    read: Callable[[str], Number],
    what: str,
    least: Number,
    most: Number,
) -> Number:
    value = text(name, default)
    try:
        found = read(value)
    except ValueError:
        found = None
    if found is None or not least <= found <= most:
        raise ImproperlyConfigured(
            f"{name}={value!r}: use {what} from {least} to {most}."
        )
    return found


def amount(name: str, default: str = "0") -> Decimal:
    """An amount of money, not negative, with at most four decimals."""
    value = text(name, default)
    found = _amount(value)
    if found is None:
        raise ImproperlyConfigured(f"{name}={value!r}: use an amount such as 12.50.")
    return found


def prices(name: str) -> dict[str, Decimal]:
    """Amounts by name, such as ``aitryon=0.2,aitryon-refiner=0.3``."""
    found = {}
    for item in items(name):
        key, _, value = (part.strip() for part in item.partition("="))
        price = _amount(value)
        if not key or price is None:
            raise ImproperlyConfigured(
                f"{name}: {item!r} is no price; write model=amount, comma-separated."
            )
        found[key] = price
    return found


def _amount(value: str) -> Decimal | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    is_fine = found.is_finite() and 0 <= found <= 1_000_000_000
    return found if is_fine and found == round(found, 4) else None


def addresses(name: str) -> list[tuple[str, str]]:
    """Comma-separated e-mail addresses, as pairs of name and address."""
    found = items(name)
    for value in found:
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
            raise ImproperlyConfigured(
                f"{name}: {value!r} is no e-mail address; write them comma-separated."
            )
    return [(value.partition("@")[0], value) for value in found]


def choice(name: str, default: str, allowed: Iterable[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(
            f"{name}={value!r}: use one of {', '.join(allowed)}."
        )
    return value


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty entries are dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def url(name: str, default: str) -> str:
    """An absolute http(s) URL, without a slash at its end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"{name}={value!r}: use an http:// or https:// URL.")
    return value


def origins(name: str, default: str = "") -> list[str]:
    """Origins such as https://shop.example:8443, nothing behind host and port."""
    found = items(name, default)
    for value in found:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or parts.path or not parts.hostname:
            raise ImproperlyConfigured(
                f"{name}={value!r}: use origins such as https://shop.example:8443."
            )
    return found


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}={str(path)!r}: cannot be made a folder ({error.strerror})."
        ) from error
    return path


def secret(name: str, keep_in: Path, prefix: str = "") -> str:
    """The variable; else the secret kept in the file; else a new one, kept there."""
    if value := text(name):
        return value
    # Exclusive creation: of two processes that start together, one makes the secret.
    try:
        handle = os.open(keep_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(name, keep_in)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{keep_in} cannot be written ({error.strerror}): choose another DATA_DIR."
        ) from error
    value = prefix + secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(value)
    return value


def _kept_secret(name: str, path: Path) -> str:
    value = path.read_text().strip()
    if not value:
        raise ImproperlyConfigured(
            f"{path} is empty: delete it, or set {name}, and start again."
        )
    return value
