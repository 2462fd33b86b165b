from datetime import timedelta

from django.test import TestCase, override_settings
from django.utils import timezone

from shop.models import Heartbeat
from shop.services.health import engine_answers, poller_health
from tests.faults import refuse
from tests.protocol_server import ProtocolServer


class PollerHealthTests(TestCase):
    def test_beats(self):
        Heartbeat.beat("poller")

        self.assertEqual(poller_health(), (True, "ok"))

    def test_silent_for_too_long(self):
        Heartbeat.beat("poller")
        Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=31))

        self.assertEqual(poller_health(), (False, "no heartbeat for 30 seconds"))


class EngineAnswersTests(TestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        settings = override_settings(TRYON_BASE_URL=self.server.base_url)
        settings.enable()
        self.addCleanup(settings.disable)

    def test_answers(self):
        self.assertEqual(engine_answers(), (True, "ok"))

    def test_says_why_not(self):
        self.server.next("list", refuse(401, "InvalidApiKey", "No API-key provided."))

        self.assertEqual(
            engine_answers(), (False, "InvalidApiKey: No API-key provided.")
        )

    def test_is_away(self):
        self.server.close()

        self.assertEqual(
            engine_answers(), (False, "GET /tasks/ got no answer (ConnectionError).")
        )
