"""Load the demo catalogue: shops, house models, garments and three accounts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shop.demo.accounts import demo_accounts
from shop.demo.catalogue import read_catalogue
from shop.demo.loading import is_loaded, load_demo


class Command(BaseCommand):
    help = (
        "Load the demo catalogue (shop/demo/catalogue.toml) and its pictures. "
        "Does nothing when it is loaded already; after an edit, updates what differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="compare every row with the catalogue, even if nothing was edited",
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        catalogue = read_catalogue()
        if is_loaded(catalogue) and not force:
            self.stdout.write("The demo catalogue is loaded already.")
        else:
            report = load_demo(catalogue)
            self.stdout.write(
                f"Demo catalogue: {report.created} created, {report.updated} updated."
            )
        for account in demo_accounts():
            self.stdout.write(
                f"  {account.role:<9} {account.email:<22} {account.password}"
            )
