"""Files that must go: remembered until they are really gone."""

from django.db import models
from django.utils import timezone


class DoomedFile(models.Model):
    """A private file to delete. Written in the transaction that forgets its owner.

    A kill between the commit and the deletion, or a store that is down for a minute,
    leaves this row behind, and the next purge tries again.
    """

    name = models.CharField(max_length=200, unique=True)
    # A result that is on its way into the store just now is deleted once it is there.
    delete_after = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
