"""The groups that people of a role belong to. A migration makes them, with what each
may do; a person in the back office needs "staff status" besides."""

from typing import Final

from django.contrib.auth.models import Group

from .models import User

MERCHANT: Final = "merchant"
REVIEWER: Final = "reviewer"
OPERATOR: Final = "operator"

SELL: Final = "shop.sell"  # all that a merchant's own pages ask for


def make_merchant(user: User) -> None:
    """Let the user keep a shop."""
    user.groups.add(Group.objects.get_or_create(name=MERCHANT)[0])
