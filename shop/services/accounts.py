"""Closing accounts: what belongs to them goes with them, rows and files."""

from django.db import transaction

from ..models import Merchant, Shopper, User
from .garments import delete_garments
from .import_jobs import delete_imports
from .sessions import Receipt, forget_shopper


@transaction.atomic
def delete_account(user: User) -> Receipt:
    """Delete a user with shop, garments, photos and looks; say how many of the latter.

    Raises ProtectedError while a look of somebody else shows one of the garments.
    """
    receipt = Receipt()
    for shopper in Shopper.objects.filter(user=user):
        receipt += forget_shopper(shopper)
    for merchant in Merchant.objects.filter(user=user):
        delete_merchant(merchant)
    user.delete()
    return receipt


@transaction.atomic
def delete_merchant(merchant: Merchant) -> None:
    """Delete a shop with its garments. Raises ProtectedError as above."""
    delete_garments(merchant.garments.all())
    delete_imports(merchant.imports.all())
    merchant.delete()
