import io
import tempfile
from base64 import b64decode
from io import StringIO
from pathlib import Path
from unittest import TestCase

from django.core.management import CommandError, call_command
from PIL import Image

from tests.factories import picture_bytes
from tests.faults import fail_with, refuse, throttle
from tests.protocol_server import ProtocolServer


class TryonCommandTests(TestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("person", "top", "bottom"):
            (self.folder / f"{name}.jpg").write_bytes(picture_bytes())

    def run_tryon(self, *arguments, person="person.jpg"):
        self.out, self.err = StringIO(), StringIO()
        call_command(
            "tryon",
            str(self.folder / person),
            "--out",
            str(self.folder / "out"),
            "--base-url",
            self.server.base_url,
            "--api-key",
            "sk-test",
            *[
                str(self.folder / one) if one.endswith((".jpg", ".txt")) else one
                for one in arguments
            ],
            stdout=self.out,
            stderr=self.err,
        )

    def assert_fails(self, message, *arguments, code=1, **options):
        with self.assertRaisesRegex(CommandError, message) as caught:
            self.run_tryon(*arguments, **options)
        self.assertEqual(caught.exception.returncode, code)

    def bodies(self):
        return [body for _, _, _, body in self.server.calls("submit")]

    def test_writes_both_images_and_prints_their_paths(self):
        self.run_tryon("--top", "top.jpg", "--bottom", "bottom.jpg", "--gender", "man")

        paths = self.out.getvalue().split()
        names = [Path(path).name for path in paths]
        self.assertEqual(names, ["coarse.png", "refined.png"])
        for path in paths:
            with Image.open(path) as picture:
                self.assertEqual((picture.format, picture.size), ("PNG", (300, 400)))
        coarse, refined = self.bodies()
        self.assertEqual(coarse["model"], "aitryon")
        self.assertEqual(refined["parameters"], {"gender": "man"})
        self.assertRegex(self.err.getvalue(), r"coarse: done after \d\.\d s")

    def test_sends_pictures_as_data_urls_that_fit_the_protocol(self):
        Image.effect_noise((1800, 2400), 90).save(self.folder / "person.jpg")

        self.run_tryon("--top", "top.jpg", "--no-refine")

        for url in self.bodies()[0]["input"].values():
            head, _, text = url.partition(",")
            content = b64decode(text)
            self.assertRegex(head, r"^data:image/(jpeg|bmp);base64$")
            self.assertTrue(5 * 1024 <= len(content) <= 5_000_000)
            with Image.open(io.BytesIO(content)) as picture:
                self.assertLessEqual(max(picture.size), 2048)

    def test_no_refine_stops_after_the_coarse_image(self):
        self.run_tryon("--top", "top.jpg", "--no-refine")

        self.assertEqual(len(self.bodies()), 1)
        self.assertFalse((self.folder / "out" / "refined.png").exists())

    def test_a_bottom_alone_is_refined_too(self):
        self.run_tryon("--bottom", "bottom.jpg")

        for body in self.bodies():
            self.assertNotIn("top_garment_url", body["input"])
        self.assertEqual(len(self.bodies()), 2)

    def test_mistakes_in_the_call_get_a_sentence(self):
        (self.folder / "words.txt").write_text("no picture")

        self.assert_fails("Name at least one garment")
        self.assert_fails("is not a picture", "--top", "words.txt")
        self.assert_fails("is not a picture", "--top", "top.jpg", person="nobody.jpg")
        self.assert_fails(
            "is not a number of seconds", "--top", "top.jpg", "--timeout", "soon"
        )
        self.assertEqual(self.bodies(), [])

    def test_a_failed_task_ends_with_2(self):
        self.server.next("query", fail_with("InvalidPerson", "No human body."))

        self.assert_fails("InvalidPerson: No human body.", "--top", "top.jpg", code=2)

    def test_a_refusal_ends_with_2(self):
        self.server.next("submit", refuse(401, "InvalidApiKey", "Invalid API-key."))

        self.assert_fails("InvalidApiKey: Invalid", "--top", "top.jpg", code=2)

    def test_no_answer_ends_with_3(self):
        self.server.close()

        self.assert_fails("got no answer", "--top", "top.jpg", code=3)

    def test_a_throttled_query_is_asked_again(self):
        self.server.next("query", throttle())

        self.run_tryon("--top", "top.jpg", "--no-refine")

        self.assertEqual(len(self.server.calls("query")), 2)

    def test_the_time_limit_ends_with_3(self):
        self.server.states = ("RUNNING",)

        self.assert_fails(
            "not ready after 0 s", "--top", "top.jpg", "--timeout", "0.1", code=3
        )
