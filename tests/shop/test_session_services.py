from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone

from shop.models import (
    DoomedFile,
    GarmentKind,
    OrphanedTask,
    PersonImage,
    ReviewStatus,
    SessionStatus,
    Shopper,
    Stage,
    TaskState,
    TryOnEvent,
    TryOnSession,
    TryOnTask,
)
from shop.services.estimates import estimate_engine, estimate_wait
from shop.services.private_files import delete_doomed_files, doom
from shop.services.retention import purge_expired
from shop.services.sessions import (
    Receipt,
    cancel_session,
    delete_session,
    forget_shopper,
    keep_session,
    name_session,
    retry_session,
    start_tryon,
)
from shop.storages import private_storage
from tests.factories import (
    make_garment,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)


def make_consenting_shopper(**fields):
    shopper = make_shopper(**fields)
    shopper.consent()
    return shopper


class StartTryonTests(TestCase):
    def setUp(self):
        self.shopper = make_consenting_shopper()
        self.photo = make_person_image(shopper=self.shopper, gender="man")

    def assert_refused(self, message, **outfit):
        with self.assertRaises(ValidationError) as caught:
            start_tryon(self.shopper, self.photo, **outfit)
        self.assertEqual(caught.exception.messages, [message])
        self.assertFalse(TryOnSession.objects.exists())

    def test_queues_a_coarse_task(self):
        top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)

        tryon_session = start_tryon(self.shopper, self.photo, top, bottom)

        self.assertEqual(tryon_session.status, SessionStatus.QUEUED)
        self.assertEqual(tryon_session.gender, "man")
        self.assertEqual(tryon_session.consent_version, self.shopper.consent_version)
        task = tryon_session.tasks.get()
        self.assertEqual((task.stage, task.state), (Stage.COARSE, TaskState.QUEUED))
        self.assertLessEqual(task.next_poll_at, timezone.now())
        self.assertGreater(task.deadline_at, timezone.now() + timedelta(minutes=29))

    def test_a_dress_goes_in_as_the_top(self):
        dress = make_garment(GarmentKind.DRESS)

        self.assertEqual(start_tryon(self.shopper, self.photo, dress).top, dress)

    def test_refuses_an_empty_outfit(self):
        self.assert_refused("Please choose at least one piece of clothing first.")

    def test_refuses_a_dress_with_a_bottom(self):
        self.assert_refused(
            "A dress or jumpsuit is tried on by itself; "
            "please take the bottom out first.",
            top=make_garment(GarmentKind.DRESS),
            bottom=make_garment(GarmentKind.BOTTOM),
        )

    def test_refuses_garments_in_each_others_place(self):
        self.assert_refused(
            "This garment cannot be worn as a top.",
            top=make_garment(GarmentKind.BOTTOM),
        )
        self.assert_refused(
            "This garment cannot be worn as a bottom.", bottom=make_garment()
        )

    def test_refuses_what_is_not_on_sale(self):
        for status in (ReviewStatus.DRAFT, ReviewStatus.IN_REVIEW):
            self.assert_refused(
                "This garment is not on sale any more.", top=make_garment(status=status)
            )

    def test_refuses_the_photo_of_another_shopper(self):
        self.photo = make_person_image()

        self.assert_refused(
            "This photo is no longer kept; please upload it again.", top=make_garment()
        )

    def test_refuses_an_expired_photo(self):
        self.photo.expires_at = timezone.now()
        self.photo.save()

        self.assert_refused(
            "This photo is no longer kept; please upload it again.", top=make_garment()
        )

    def test_refuses_a_photo_without_consent(self):
        self.shopper.consent_version = "an older text"

        self.assert_refused(
            "Please agree first to how your photo is used for the try-on.",
            top=make_garment(),
        )

    def test_a_house_model_needs_no_consent(self):
        model = make_person_image(is_house_model=True, name="Ada")

        tryon_session = start_tryon(make_shopper(), model, make_garment())

        self.assertEqual(tryon_session.consent_version, "")
        self.assertIsNone(tryon_session.consented_at)


class CancelTests(TestCase):
    def test_ends_the_session_and_its_unsubmitted_task(self):
        task = make_task()

        self.assertTrue(cancel_session(task.session))

        task.refresh_from_db()
        self.assertEqual(task.state, TaskState.CANCELED)
        self.assertEqual(task.session.status, SessionStatus.CANCELED)

    def test_leaves_a_running_task_to_the_poller_at_once(self):
        later = timezone.now() + timedelta(minutes=1)
        task = make_task(state=TaskState.RUNNING, next_poll_at=later)

        self.assertTrue(cancel_session(task.session))

        task.refresh_from_db()
        self.assertEqual(task.state, TaskState.RUNNING)
        self.assertLessEqual(task.next_poll_at, timezone.now())

    def test_what_is_over_stays_as_it_is(self):
        tryon_session = make_session(status=SessionStatus.REFINED)

        self.assertFalse(cancel_session(tryon_session))

        self.assertEqual(tryon_session.status, SessionStatus.REFINED)

    def test_losing_the_race_against_the_poller_changes_nothing(self):
        tryon_session = make_session(status=SessionStatus.REFINING)
        TryOnSession.objects.get().mark_refined()

        self.assertFalse(cancel_session(tryon_session))

        self.assertEqual(TryOnSession.objects.get().status, SessionStatus.REFINED)


class RetryTests(TestCase):
    def test_starts_a_new_session_with_the_same_pictures(self):
        shopper = make_consenting_shopper()
        old = make_session(shopper=shopper, status=SessionStatus.FAILED, gender="man")

        new = retry_session(old)

        self.assertNotEqual(new.pk, old.pk)
        self.assertEqual((new.person_image, new.top), (old.person_image, old.top))
        self.assertEqual(new.gender, "man")
        self.assertEqual(old.status, SessionStatus.FAILED)

    def test_refuses_what_is_under_way(self):
        with self.assertRaisesMessage(ValidationError, "still under way"):
            retry_session(make_session())

    def test_refuses_when_the_photo_is_gone(self):
        old = make_session(person_image=None, status=SessionStatus.FAILED)

        with self.assertRaisesMessage(ValidationError, "no longer kept"):
            retry_session(old)


class KeepTests(TestCase):
    def test_keeps_and_names(self):
        tryon_session = make_session()

        keep_session(tryon_session)
        name_session(tryon_session, f"  {'Sunday ' * 20} ")

        stored = TryOnSession.objects.get()
        self.assertTrue(stored.is_kept)
        self.assertTrue(stored.name.startswith("Sunday Sunday"))
        self.assertEqual(len(stored.name), 80)


class ForgetTests(TestCase):
    def exists(self, *names):
        return [name for name in names if private_storage().exists(name)]

    def test_deletes_every_row_and_file_at_once(self):
        shopper = make_consenting_shopper(user=make_user())
        photo = make_person_image(shopper=shopper)
        tryon_session = make_session(
            shopper=shopper, person_image=photo, status=SessionStatus.REFINED
        )
        task = make_task(state=TaskState.SUCCEEDED, session=tryon_session)
        files = [photo.image.name, task.result.name]
        other = make_task(state=TaskState.SUCCEEDED)
        self.assertEqual(len(self.exists(*files)), 2)

        with self.captureOnCommitCallbacks(execute=True):
            receipt = forget_shopper(shopper)

        self.assertEqual(receipt, Receipt(photos=1, looks=1, files=2))
        self.assertEqual(self.exists(*files), [])
        self.assertEqual(list(TryOnSession.objects.all()), [other.session])
        self.assertFalse(PersonImage.objects.filter(shopper=shopper).exists())
        self.assertFalse(DoomedFile.objects.exists())
        self.assertEqual(self.exists(other.result.name), [other.result.name])
        shopper.refresh_from_db()
        self.assertFalse(shopper.has_consented)

    def test_forgets_a_guest_altogether(self):
        shopper = make_shopper()

        forget_shopper(shopper)

        self.assertFalse(Shopper.objects.exists())

    def test_a_task_at_the_engine_is_left_to_be_canceled(self):
        task = make_task(state=TaskState.RUNNING)
        engine_task_id = task.engine_task_id

        forget_shopper(task.session.shopper)

        orphan = OrphanedTask.objects.get()
        self.assertEqual(orphan.engine_task_id, engine_task_id)
        self.assertTrue(orphan.is_cancel_due)
        self.assertFalse(TryOnEvent.objects.exists())

    def test_a_result_on_its_way_goes_a_little_later(self):
        task = make_task(state=TaskState.RUNNING, attempts=1)
        name = private_storage().save(f"{task.result_stem}.png", ContentFile(b"half"))

        with self.captureOnCommitCallbacks(execute=True):
            delete_session(task.session)

        self.assertTrue(DoomedFile.objects.filter(name=name).exists())
        DoomedFile.objects.update(delete_after=timezone.now())
        delete_doomed_files()
        self.assertEqual(self.exists(name), [])
        self.assertFalse(DoomedFile.objects.exists())

    def test_a_kill_after_the_commit_only_delays_the_deletion(self):
        photo = make_person_image()

        forget_shopper(photo.shopper)  # in a test, on_commit does not run: killed

        self.assertEqual(self.exists(photo.image.name), [photo.image.name])
        purge_expired()
        self.assertEqual(self.exists(photo.image.name), [])

    def test_a_store_that_is_down_is_tried_again(self):
        folder = private_storage().save("a-folder/file", ContentFile(b"x"))
        doom(["a-folder", folder])  # a folder that is not empty cannot be deleted

        with self.assertLogs("shop.services.private_files", "ERROR"):
            gone = delete_doomed_files()

        self.assertGreaterEqual(gone, 1)
        self.assertEqual(self.exists(folder), [])


class EstimateTests(TestCase):
    def make_succeeded(self, seconds, **fields):
        end = timezone.now()
        start = end - timedelta(seconds=seconds)
        return make_task(
            state=TaskState.SUCCEEDED,
            created_at=start,
            submitted_at=start + timedelta(seconds=1),
            ended_at=end,
            **fields,
        )

    def test_half_and_nine_of_ten(self):
        for seconds in (2, 3, 4, 5, 30):
            self.make_succeeded(seconds)

        estimate = estimate_wait(Stage.COARSE)

        self.assertAlmostEqual(estimate.half_s, 4, places=3)
        self.assertAlmostEqual(estimate.most_s, 30, places=3)
        self.assertAlmostEqual(estimate_engine("aitryon").half_s, 3, places=3)

    def test_says_nothing_of_a_few(self):
        for _ in range(4):
            self.make_succeeded(2)

        self.assertIsNone(estimate_wait(Stage.COARSE))

    def test_other_stages_and_failures_do_not_count(self):
        for _ in range(5):
            make_task(state=TaskState.FAILED)
            self.make_succeeded(9, stage=Stage.REFINE, model="aitryon-refiner")

        self.assertIsNone(estimate_wait(Stage.COARSE))
        self.assertAlmostEqual(estimate_wait(Stage.REFINE).half_s, 9, places=3)

    def test_only_recent_tasks_count(self):
        for _ in range(50):
            self.make_succeeded(2)
        TryOnTask.objects.update(
            ended_at=timezone.now() - timedelta(days=1),
            created_at=timezone.now() - timedelta(days=1, seconds=90),
        )
        for _ in range(50):
            self.make_succeeded(2)

        self.assertAlmostEqual(estimate_wait(Stage.COARSE).most_s, 2, places=3)
