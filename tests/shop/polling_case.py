"""What the tests of the poller share: a try-on to start, and rounds to make."""

from contextlib import contextmanager
from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from shop.dashscope import DashScopeClient
from shop.models import CallGate, GarmentKind, Stage, TryOnTask
from shop.services.polling import Poller
from shop.services.sessions import start_tryon
from tests.factories import make_garment, make_person_image, make_shopper
from tests.protocol_server import ProtocolServer


def start(top=True, bottom=False, **fields):
    shopper = make_shopper()
    shopper.consent()
    return start_tryon(
        shopper,
        make_person_image(shopper=shopper),
        make_garment(GarmentKind.TOP) if top else None,
        make_garment(GarmentKind.BOTTOM) if bottom else None,
        **fields,
    )


class PollingTestCase(TestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        self.client_of_engine = self.make_client()

    def make_client(self, patience_s=30):
        """A client of the server; only those that are to lose patience have little."""
        client = DashScopeClient(
            self.server.base_url, "sk-test", timeout=(patience_s, patience_s)
        )
        self.addCleanup(client.close)
        return client

    def make_poller(self, **options):
        poller = Poller(self.client_of_engine, **options)
        self.addCleanup(poller.close)
        return poller

    def poll(self, rounds=1):
        """So many rounds, each of them when everything that waits has become due."""
        for _ in range(rounds):
            self.make_due()
            self.make_poller().run_round()

    def make_due(self):
        TryOnTask.objects.pending().update(next_poll_at=timezone.now())
        CallGate.objects.update(open_at=timezone.now())

    @contextmanager
    def assert_put_off(self, seconds, moment):
        """That what happens here moves `moment()` so far ahead of itself, exactly."""
        begun = timezone.now()
        yield
        ahead = moment() - timedelta(seconds=seconds)
        self.assertTrue(begun <= ahead <= timezone.now(), f"{begun} and then {ahead}")

    def assert_ended(self, tryon_session, status, reason=""):
        tryon_session.refresh_from_db()
        self.assertEqual((tryon_session.status, tryon_session.reason), (status, reason))

    def submits(self):
        return [body for _, _, _, body in self.server.calls("submit")]

    def ids(self):
        return list(self.server.tasks)

    def engine_states(self):
        return [task.state for task in self.server.tasks.values()]


def result_name(tryon_session):
    """Where the coarse image of a session lies, or will lie, in the store."""
    return f"{tryon_session.tasks.get(stage=Stage.COARSE).result_stem}.png"
