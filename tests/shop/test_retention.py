"""What is not kept: it goes in time, with its files, and nothing else goes with it."""

import os
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone

from shop.looks import Look
from shop.models import (
    DoomedFile,
    OrphanedTask,
    PersonImage,
    SessionStatus,
    Shopper,
    TaskState,
    TryOnSession,
)
from shop.services.retention import Purged, purge_expired
from shop.services.strays import StraySweep, delete_strays
from shop.storages import private_storage, random_name
from tests.factories import (
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

LONG_AGO = timezone.now() - timedelta(days=91)


class RetentionTests(TestCase):
    def test_deletes_expired_photos_and_keeps_their_looks(self):
        past = timezone.now() - timedelta(minutes=1)
        photo = make_person_image(expires_at=past)
        current = make_person_image()
        model = make_person_image(is_house_model=True)
        look = make_session(person_image=photo, shopper=photo.shopper)

        with self.captureOnCommitCallbacks(execute=True):
            receipt = purge_expired()

        self.assertEqual(receipt, Purged(photos=1, looks=0, files=1))
        self.assertFalse(private_storage().exists(photo.image.name))
        self.assertEqual(set(PersonImage.objects.all()), {current, model})
        look.refresh_from_db()
        self.assertIsNone(look.person_image)

    def test_deletes_old_looks_that_nobody_keeps(self):
        old = timezone.now() - timedelta(days=31)
        task = make_task(
            state=TaskState.SUCCEEDED,
            session=make_session(created_at=old, status=SessionStatus.REFINED),
        )
        kept = make_session(created_at=old, is_kept=True)
        recent = make_session()

        with self.captureOnCommitCallbacks(execute=True):
            receipt = purge_expired()

        self.assertEqual(receipt, Purged(looks=1, files=1))
        self.assertFalse(private_storage().exists(task.result.name))
        self.assertEqual(set(TryOnSession.objects.all()), {kept, recent})

    def test_has_nothing_to_do_the_second_time(self):
        make_person_image(expires_at=timezone.now() - timedelta(minutes=1))
        purge_expired()

        self.assertEqual(purge_expired(), Purged())

    def test_forgets_orphans_when_the_engine_has(self):
        OrphanedTask.leave(["old", "new"])
        day = timezone.now() - timedelta(hours=26)
        OrphanedTask.objects.filter(pk="old").update(created_at=day)

        purge_expired()

        self.assertEqual(OrphanedTask.objects.get().engine_task_id, "new")

    def test_a_kept_look_stays_with_an_account_and_as_long_as_the_cookie_without(self):
        owner = make_shopper(user=make_user())
        fields = {"created_at": LONG_AGO, "is_kept": True}
        kept = make_session(shopper=owner, **fields)
        make_session(shopper=make_shopper(), **fields)

        purge_expired()

        self.assertEqual(list(TryOnSession.objects.all()), [kept])

    def test_a_look_says_when_it_goes(self):
        guests = make_session(is_kept=True)
        members = make_session(is_kept=True, shopper=make_shopper(user=make_user()))

        self.assertEqual(
            Look(guests).deleted_at, guests.created_at + settings.TRYON_GUEST_LIFETIME
        )
        self.assertIsNone(Look(members).deleted_at)

    def test_guests_who_left_nothing_go_with_their_cookie(self):
        make_shopper(created_at=LONG_AGO)
        member = make_shopper(created_at=LONG_AGO, user=make_user())
        recent = make_shopper()
        with_photo = make_person_image(
            shopper=make_shopper(created_at=LONG_AGO)
        ).shopper

        gone = purge_expired()

        self.assertEqual(gone, Purged(guests=1))
        self.assertEqual(set(Shopper.objects.all()), {member, recent, with_photo})

    def test_visits_that_are_over_go(self):
        for lifetime in (-60, 60):
            visit = import_module(settings.SESSION_ENGINE).SessionStore()
            visit.set_expiry(lifetime)
            visit.create()

        gone = purge_expired()

        self.assertEqual(gone, Purged(visits=1))
        self.assertEqual(Session.objects.count(), 1)


class StrayTests(TestCase):
    def setUp(self):
        delete_strays()  # what other tests left behind

    def stored(self, name: str = "") -> str:
        """A file of nobody's, long since in the store."""
        name = name or random_name("people", "jpg")
        return grow_old(private_storage().save(name, ContentFile(b"x")))

    def test_deletes_a_file_that_no_row_knows(self):
        stray = self.stored()

        self.assertEqual(delete_strays(), 1)

        self.assertFalse(private_storage().exists(stray))
        self.assertEqual(delete_strays(), 0)

    def test_keeps_what_has_a_row_photos_results_and_what_is_doomed(self):
        photo = make_person_image()
        task = make_task(TaskState.SUCCEEDED)
        doomed = self.stored()
        DoomedFile.objects.create(name=doomed)
        names = [grow_old(photo.image.name), grow_old(task.result.name), doomed]

        self.assertEqual(delete_strays(), 0)

        self.assertTrue(all(map(private_storage().exists, names)))

    def test_leaves_a_new_file_time_to_get_its_row(self):
        name = private_storage().save(random_name("people", "jpg"), ContentFile(b"x"))

        self.assertEqual(delete_strays(), 0)

        self.assertTrue(private_storage().exists(name))

    def test_the_pollers_sweep_takes_a_few_at_a_time_and_begins_again(self):
        sweep = StraySweep()
        strays = [self.stored() for _ in range(3)]
        files = 1000  # more than the store holds

        gone = sweep.sweep(1) + sweep.sweep(files)
        late = self.stored()
        gone_later = sweep.sweep(files)

        self.assertEqual((gone, gone_later), (3, 1))
        self.assertFalse(any(map(private_storage().exists, [*strays, late])))


def grow_old(name: str, age: timedelta = timedelta(hours=7)) -> str:
    then = (timezone.now() - age).timestamp()
    os.utime(private_storage().path(name), (then, then))
    return name
