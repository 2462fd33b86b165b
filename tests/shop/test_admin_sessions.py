"""Try-on sessions in the back office: what they show, trying again, canceling."""

from django.contrib.admin.models import LogEntry

from shop.models import (
    SessionStatus,
    TaskState,
    TryOnEvent,
    TryOnSession,
)
from shop.storages import private_storage
from tests.factories import make_person_image, make_session, make_task

from .admin_case import AdminCase, admin_url


class SessionTests(AdminCase):
    def test_shows_tasks_and_timeline(self):
        task = make_task(
            state=TaskState.FAILED, error_code="InvalidPerson", request_id="req-1"
        )
        TryOnEvent.objects.create(
            session=task.session,
            task=task,
            name="submit",
            request_id="req-1",
            code="InvalidPerson",
            http_status=418,
            duration_ms=321,
        )

        answer = self.client.get(admin_url("tryonsession", "change", task.session.pk))

        for text in ("InvalidPerson", "req-1", "321 ms", "submit", "418"):
            self.assertContains(answer, text)
        self.assertNotContains(answer, 'name="_save"')

    def test_nothing_can_be_written(self):
        session = make_session()
        address = admin_url("tryonsession", "change", session.pk)

        self.client.post(address, {"status": "refined", "gender": "man"})

        session.refresh_from_db()
        self.assertEqual((session.status, session.gender), ("queued", "woman"))

    def test_finds_by_task_id_and_public_id(self):
        task = make_task(state=TaskState.RUNNING, engine_task_id="abc-123")
        make_session()

        for words in ("abc-123", str(task.session.public_id)):
            answer = self.client.get(admin_url("tryonsession"), {"q": words})
            self.assertEqual(list(answer.context["cl"].result_list), [task.session])

    def test_cancels_and_says_what_was_over(self):
        ongoing = make_session()
        over = make_session(status=SessionStatus.REFINED)

        answer = self.act("tryonsession", "cancel", ongoing, over)

        self.assertEqual(ongoing.status, SessionStatus.CANCELED)
        self.assertEqual(over.status, SessionStatus.REFINED)
        entry = LogEntry.objects.get()
        self.assertEqual(entry.user, self.reviewer)
        self.assertEqual(entry.get_edited_object(), ongoing)
        self.assertEqual(entry.get_change_message(), "Canceled.")
        self.assertCountEqual(
            self.texts(answer),
            [
                f"{over.public_id}: This try-on is over already.",
                "1 try-on canceled.",
            ],
        )

    def test_tries_again_as_a_new_session(self):
        model = make_person_image(is_house_model=True)
        session = make_session(person_image=model, status=SessionStatus.FAILED)

        self.act("tryonsession", "try_again", session)

        self.assertEqual(TryOnSession.objects.count(), 2)
        new = TryOnSession.objects.latest("pk")
        self.assertEqual((new.top, new.person_image), (session.top, model))
        self.assertEqual(new.tasks.count(), 1)
        self.assertEqual(session.status, SessionStatus.FAILED)
        entry = LogEntry.objects.get()
        self.assertEqual(entry.get_edited_object(), session)
        self.assertEqual(entry.get_change_message(), f"Tried again as {new.public_id}.")

    def test_refuses_to_try_again_what_is_under_way(self):
        session = make_session()

        answer = self.act("tryonsession", "try_again", session)

        self.assertEqual(TryOnSession.objects.count(), 1)
        self.assertIn("still under way", self.texts(answer)[0])

    def test_the_same_actions_from_the_list_of_tasks(self):
        task = make_task()

        self.act("tryontask", "cancel", task)

        task.session.refresh_from_db()
        self.assertEqual(task.session.status, SessionStatus.CANCELED)
        self.assertEqual(task.state, TaskState.CANCELED)

    def test_deleting_takes_the_files_along(self):
        task = make_task(state=TaskState.SUCCEEDED)
        result = task.result.name

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                admin_url("tryonsession", "delete", task.session.pk), {"post": "yes"}
            )

        self.assertFalse(TryOnSession.objects.exists())
        self.assertFalse(private_storage().exists(result))
