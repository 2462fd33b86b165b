"""Results are whole, of this person, and stored once; or they are not shown."""

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from shop import reasons
from shop.marking import SOURCE_TYPE
from shop.models import SessionStatus, TaskState, TryOnTask
from shop.storages import private_storage
from tests.factories import picture_bytes, pixels
from tests.faults import half_body, say
from tests.shop.polling_case import PollingTestCase, result_name, start


def stored(tryon_session):
    with tryon_session.coarse_task.result.open() as file:
        return pixels(file.read())


def inverted():
    image = ImageOps.invert(Image.open(io.BytesIO(picture_bytes(kind="PNG"))))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class ResultTests(PollingTestCase):
    def test_half_a_picture_is_never_shown(self):
        tryon_session = start()
        self.server.next("result", half_body)

        self.poll(2)
        self.assertIsNone(tryon_session.coarse_task)
        self.assertFalse(private_storage().exists(result_name(tryon_session)))
        self.poll()

        self.assertEqual(stored(tryon_session), pixels(self.server.result))

    def test_the_stored_file_says_that_it_is_generated_and_has_a_small_copy(self):
        tryon_session = start()

        self.poll(2)

        task = tryon_session.coarse_task
        for file in (task.result, task.result_card):
            with file.open() as content:
                data = content.read()
            self.assertIn(SOURCE_TYPE.encode(), data, file.name)
            self.assertIn(task.result_stem[-32:].encode(), data, file.name)
        with Image.open(io.BytesIO(data)) as card:
            self.assertEqual((card.format, card.size), ("WEBP", (300, 400)))

    def test_a_dead_address_is_asked_for_anew_then_made_anew(self):
        tryon_session = start()
        self.server.next("result", *[say(b"", 404)] * 3)

        self.poll(4)
        self.assertEqual(tryon_session.tasks.get().retries, 1)
        self.poll(2)

        self.assertEqual(len(self.server.tasks), 2)
        self.assert_ended(tryon_session, SessionStatus.REFINING)

    def test_an_address_that_stays_dead_is_gone(self):
        tryon_session = start()
        self.server.always("result", say(b"", 403))

        self.poll(8)

        self.assert_ended(tryon_session, SessionStatus.FAILED, "gone")
        self.assertEqual(len(self.submits()), 2)

    def test_pictures_that_are_not_what_they_should_be_end_in_an_apology(self):
        whole = picture_bytes(kind="PNG")
        pictures = {
            "truncated": whole[: len(whole) * 2 // 3],
            "not a picture": b"GIF89a nothing",
            "another size": picture_bytes(301, 400, "PNG"),
            "somebody else": inverted(),
        }
        for name, content in pictures.items():
            with self.subTest(name):
                self.server.result = content
                tryon_session = start()

                self.poll(8)

                self.assert_ended(tryon_session, SessionStatus.FAILED, "oops")
                task = tryon_session.tasks.get()
                self.assertEqual(task.error_code, reasons.DAMAGED_RESULT)
                self.assertFalse(task.result)

    def test_what_a_crash_left_in_the_store_is_replaced(self):
        tryon_session = start()
        self.poll()
        name = result_name(tryon_session)
        private_storage().save(name, ContentFile(self.server.result[:100]))

        self.poll()

        self.assertEqual(stored(tryon_session), pixels(self.server.result))
        self.assertEqual(tryon_session.coarse_task.result.name, name)

    def test_a_store_that_takes_nothing_is_waited_for(self):
        tryon_session = start()
        self.poll()
        stem = tryon_session.tasks.get().result_stem
        a_file = private_storage().save("blocked", ContentFile(b"x"))
        TryOnTask.objects.update(result_stem=f"{a_file}/cannot-be-stored-here")

        with self.assertLogs("shop.services.settle", "ERROR"):
            self.poll()

        task = tryon_session.tasks.get()
        self.assertEqual((task.state, task.setbacks), (TaskState.RUNNING, 1))
        TryOnTask.objects.update(result_stem=stem)
        self.poll()
        self.assert_ended(tryon_session, SessionStatus.REFINING)
