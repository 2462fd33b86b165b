"""Delete what is past its time, and files that nobody owns."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.services.retention import purge_expired
from shop.services.strays import delete_strays


class Command(BaseCommand):
    help = (
        "Deletes photos and looks past their time with their files, guests and visits "
        "past theirs, and files that no row knows. Safe at any time, and to repeat."
    )

    def handle(self, **options: Any) -> None:
        gone = purge_expired()
        strays = delete_strays()
        self.stdout.write(
            f"Deleted: {gone.photos} photo(s), {gone.looks} look(s), {gone.files} "
            f"file(s) of theirs; {gone.guests} guest(s), {gone.visits} visit(s); "
            f"{strays} stray file(s)."
        )
