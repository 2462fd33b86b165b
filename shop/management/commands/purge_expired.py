"""Delete photos and looks that are past their time."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.services.retention import purge_expired


class Command(BaseCommand):
    help = "Deletes photos and looks past their time, with their files. Safe to repeat."

    def handle(self, **options: Any) -> None:
        gone = purge_expired()
        self.stdout.write(
            f"{gone.photos} photo(s), {gone.looks} look(s) and {gone.files} file(s) "
            "deleted."
        )
