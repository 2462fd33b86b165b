"""The demo's accounts: one for each role, all with one generated password."""

import secrets
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password

from ..models import Merchant, Shopper, User
from ..roles import make_merchant
from .catalogue import DemoMerchant

STAFF_EMAIL = "staff@example.com"
MERCHANT_EMAIL = "merchant@example.com"
SHOPPER_EMAIL = "shopper@example.com"


class DemoAccount(NamedTuple):
    role: str
    email: str
    password: str


def demo_accounts() -> list[DemoAccount]:
    """The accounts to print at start-up; an account's password may be changed later."""
    password = _kept_password()
    return [
        DemoAccount("staff", STAFF_EMAIL, password),
        DemoAccount("merchant", MERCHANT_EMAIL, password),
        DemoAccount("shopper", SHOPPER_EMAIL, password),
    ]


def ensure_people(merchants: list[DemoMerchant]) -> dict[str, Merchant]:
    """Create the accounts and shops that are missing; return the shops by slug.

    The first shop belongs to the merchant account; nobody can sign in to the others.
    """
    # Hashing takes a third of a second, by design: once is enough for demo accounts.
    password = make_password(_kept_password())
    _ensure_user(STAFF_EMAIL, password, is_staff=True, is_superuser=True)
    Shopper.objects.get_or_create(user=_ensure_user(SHOPPER_EMAIL, password))
    shops = {}
    for index, entry in enumerate(merchants):
        email = MERCHANT_EMAIL if index == 0 else f"{entry.slug}@example.com"
        user = _ensure_user(email, password if index == 0 else make_password(None))
        shops[entry.slug], _created = Merchant.objects.update_or_create(
            slug=entry.slug,
            defaults={"shop_name": entry.name, "website": entry.website},
            create_defaults={
                "shop_name": entry.name,
                "website": entry.website,
                "user": user,
            },
        )
        make_merchant(user)
    return shops


def _ensure_user(email: str, password: str, **fields: bool) -> User:
    """The user with this address, made with a hashed `password` when missing."""
    user, _created = User.objects.get_or_create(
        email=email, defaults={"password": password} | fields
    )
    return user


def _kept_password() -> str:
    path: Path = settings.DATA_DIR / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()
