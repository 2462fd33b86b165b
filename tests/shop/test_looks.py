"""Looks: live stages, the result, the history; each found by its owner alone."""

import io
import uuid

from django.test import TestCase
from django.urls import reverse
from PIL import Image

from shop.models import (
    GarmentKind,
    PersonImage,
    SessionStatus,
    Shopper,
    Stage,
    TaskState,
    TryOnSession,
)
from shop.models.sessions import ONGOING
from tests.factories import (
    make_garment,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

from .pages import Page

OWN_PAGES = (
    "session-detail",
    "session-status",
    "session-cancel",
    "session-retry",
    "session-keep",
    "session-delete",
)


class LooksTestCase(TestCase):
    def setUp(self):
        self.shopper = make_shopper()
        session = self.client.session
        session["shopper_id"] = self.shopper.pk
        session.save()

    def make_look(self, status: str = SessionStatus.QUEUED, **fields) -> TryOnSession:
        """A session of this browser's guest, with the pictures its status implies."""
        look = make_session(shopper=self.shopper, status=status, **fields)
        has_coarse = (
            SessionStatus.COARSE_READY,
            SessionStatus.REFINING,
            SessionStatus.COARSE_ONLY,
            SessionStatus.REFINED,
        )
        if status in has_coarse:
            make_task(TaskState.SUCCEEDED, session=look)
        if status == SessionStatus.REFINED:
            make_task(TaskState.SUCCEEDED, session=look, stage=Stage.REFINE)
        return look

    def page_of(self, look: TryOnSession, name: str = "session-detail", **query):
        return self.client.get(reverse(name, args=[look.public_id]), query)


class OwnershipTests(LooksTestCase):
    def test_somebody_elses_look_is_not_found(self):
        other = make_session()
        make_task(TaskState.SUCCEEDED, session=other)
        for client in (self.client, self.client_class()):
            for name in OWN_PAGES:
                url = reverse(name, args=[other.public_id])
                with self.subTest(name):
                    self.assertIn(client.get(url).status_code, (404, 405))
                    self.assertIn(client.post(url).status_code, (404, 405))
        other.refresh_from_db()
        self.assertEqual(other.status, SessionStatus.QUEUED)

    def test_somebody_elses_picture_cannot_be_downloaded(self):
        other = make_session()
        make_task(TaskState.SUCCEEDED, session=other)

        url = reverse("session-download", args=[other.public_id, "coarse"])

        self.assertEqual(self.client.get(url).status_code, 404)

    def test_nobodys_look_is_nobodys(self):
        """A browser without a shopper does not find sessions by chance."""
        url = reverse("session-detail", args=[uuid.uuid4()])

        self.assertEqual(self.client_class().get(url).status_code, 404)

    def test_looks_are_not_for_search_engines_nor_caches(self):
        answer = self.page_of(self.make_look())

        self.assertTrue(Page(answer).all("meta", name="robots", content="noindex"))
        self.assertIn("no-store", answer["Cache-Control"])


class WaitingTests(LooksTestCase):
    def test_names_the_stage_it_is_at(self):
        for status, words in (
            (SessionStatus.QUEUED, "Checking photo and clothes…"),
            (SessionStatus.FITTING, "Fitting the clothes…"),
            (SessionStatus.REFINING, "Refining light and edges…"),
        ):
            answer = self.page_of(self.make_look(status))
            self.assertContains(answer, f"<h1>{words}</h1>")
            self.assertEqual(len(Page(answer).all("li", **{"aria-current": "step"})), 1)

    def test_refreshes_itself_with_and_without_a_script(self):
        look = self.make_look()

        page = Page(self.page_of(look))

        self.assertTrue(page.all("meta", **{"http-equiv": "refresh"}))
        (live,) = page.all("article", **{"hx-trigger": "refresh"})
        self.assertTrue(live["hx-get"].startswith(reverse_status(look)))

    def test_an_ended_look_asks_for_nothing_more(self):
        for status in set(SessionStatus) - set(ONGOING):
            page = Page(self.page_of(self.make_look(status)))
            self.assertEqual(page.all("meta", **{"http-equiv": "refresh"}), [])
            self.assertEqual(page.all("article", **{"hx-trigger": "refresh"}), [])

    def test_a_refresh_says_nothing_while_nothing_changed(self):
        look = self.make_look()
        (live,) = Page(self.page_of(look)).all("article", id="look")

        answer = self.client.get(live["hx-get"])

        self.assertEqual((answer.status_code, answer.content), (204, b""))

    def test_a_refresh_brings_title_announcement_and_picture_when_it_did(self):
        look = self.make_look()
        (live,) = Page(self.page_of(look)).all("article", id="look")
        look.mark_fitting()
        make_task(TaskState.SUCCEEDED, session=look)
        look.mark_coarse_ready()

        answer = self.client.get(live["hx-get"])

        self.assertTemplateNotUsed(answer, "base.html")
        self.assertContains(answer, "<title>First look ready… ·")
        (announced,) = Page(answer).all("p", role="status")
        self.assertEqual(announced["hx-swap-oob"], "innerHTML")
        self.assertTrue(Page(answer).all("compare-slider"))

    def test_the_estimate_comes_from_this_servers_own_tasks(self):
        look = self.make_look()
        self.assertNotContains(self.page_of(look), "of our last try-ons")
        for _ in range(5):
            make_task(TaskState.SUCCEEDED)

        self.assertContains(self.page_of(look), "Half of our last try-ons")

    def test_can_be_stopped(self):
        look = self.make_look()

        answer = self.client.post(reverse("session-cancel", args=[look.public_id]))

        self.assertRedirects(answer, look.get_absolute_url())
        look.refresh_from_db()
        self.assertEqual(look.status, SessionStatus.CANCELED)
        self.assertContains(self.page_of(look), "Try-on stopped")

    def test_stopping_what_is_over_changes_nothing(self):
        look = self.make_look(SessionStatus.REFINED)

        self.client.post(reverse("session-cancel", args=[look.public_id]))

        look.refresh_from_db()
        self.assertEqual(look.status, SessionStatus.REFINED)


def reverse_status(look: TryOnSession) -> str:
    return reverse("session-status", args=[look.public_id])


class ResultTests(LooksTestCase):
    def test_shows_photo_first_look_and_refined_side_by_side(self):
        look = self.make_look(SessionStatus.REFINED)

        answer = self.page_of(look)

        self.assertEqual(len(Page(answer).all("li", **{"class": "strip__item"})), 3)
        self.assertContains(answer, "AI-generated")
        self.assertContains(answer, "Shows style, not size.")

    def test_the_slider_is_a_range_with_a_name(self):
        page = Page(self.page_of(self.make_look(SessionStatus.REFINED)))

        (slider,) = page.all("input", type="range")
        self.assertEqual(slider["aria-label"], "Compare before and after")

    def test_says_who_wears_what(self):
        model = make_person_image(is_house_model=True, name="Clara")
        top = make_garment(name="White tee")
        on_model = self.make_look(SessionStatus.REFINED, person_image=model, top=top)
        on_me = self.make_look(SessionStatus.REFINED, top=top)

        self.assertContains(self.page_of(on_model), 'alt="Clara wearing: White tee"')
        self.assertContains(self.page_of(on_me), 'alt="You wearing: White tee"')

    def test_tells_those_who_do_not_see_it_what_the_engine_measured(self):
        look = self.make_look(SessionStatus.REFINED)
        top = {"kind": "top", "colours": ["navy"], "sleeves": "short", "hem": "hip"}
        look.tasks.filter(stage=Stage.REFINE).update(worn={"top": top})

        self.assertContains(
            self.page_of(look),
            'alt="You in a navy short-sleeved top, hem at the hip"',
        )

    def test_says_how_true_the_colour_is(self):
        look = self.make_look(SessionStatus.REFINED)
        top = {"kind": "top", "colours": ["navy"], "colour_difference": 0.6}
        look.tasks.filter(stage=Stage.REFINE).update(worn={"top": top})

        page = self.page_of(look)

        self.assertContains(page, "Colour true to the shop&#x27;s picture")
        self.assertContains(page, "(ΔE 0.6)")

    def test_warns_of_a_colour_that_came_out_differently(self):
        look = self.make_look(SessionStatus.REFINED)
        top = {"kind": "top", "colours": ["navy"], "colour_difference": 7.25}
        look.tasks.filter(stage=Stage.REFINE).update(worn={"top": top})

        page = self.page_of(look)

        self.assertContains(page, "The colour looks different here")
        self.assertEqual(
            len(
                Page(page).all(
                    "span", **{"class": "worn__truth small soft worn__truth--large"}
                )
            ),
            1,
        )

    def test_says_nothing_of_colours_that_nobody_measured(self):
        page = self.page_of(self.make_look(SessionStatus.REFINED))

        self.assertNotContains(page, "ΔE")

    def test_leads_to_the_shops_own_page_of_every_piece(self):
        shop = "https://shop.example/"
        top = make_garment(product_url=f"{shop}tee")
        jeans = make_garment(GarmentKind.BOTTOM, product_url=f"{shop}jeans")
        look = self.make_look(SessionStatus.REFINED, top=top, bottom=jeans)

        links = [a["href"] for a in Page(self.page_of(look)).all("a")]

        for piece in (top, jeans):
            self.assertIn(reverse("garment-buy", args=[piece.slug]), links)

    def test_suggests_what_is_not_worn_yet(self):
        jeans, shorts = (make_garment(GarmentKind.BOTTOM, name=n) for n in "JS")
        look = self.make_look(SessionStatus.REFINED, top=make_garment(), bottom=jeans)

        answer = self.client.get(look.get_absolute_url())

        self.assertEqual(list(answer.context["suggestions"]), [shorts])

    def test_what_was_tried_before_on_the_picture_is_one_click_away(self):
        look = self.make_look(SessionStatus.REFINED)
        same = {"person_image": look.person_image}
        earlier = self.make_look(SessionStatus.COARSE_ONLY, **same)
        self.make_look(SessionStatus.FAILED, **same)  # shows nothing
        self.make_look(SessionStatus.REFINED)  # another picture
        make_session(**same)  # somebody else's

        answer = self.page_of(look)

        self.assertEqual([one.session for one in answer.context["earlier"]], [earlier])
        compare = f"?look={look.public_id}&amp;look={earlier.public_id}"
        self.assertContains(answer, reverse("session-compare") + compare)

    def test_says_in_words_where_a_doubtful_picture_may_be_wrong(self):
        look = self.make_look(SessionStatus.REFINED)
        reasons = [
            {"code": "left_hand_over_hem", "message": "The left hand covers the hem."},
            {"code": "new_here", "message": "Something new."},
            {"code": "turned", "message": "The body is turned to the side."},
        ]
        confidence = {"score": 0.6, "reasons": reasons}
        look.tasks.filter(stage=Stage.REFINE).update(confidence=confidence)

        page = self.page_of(look)

        self.assertContains(page, "Worth a second look")
        self.assertContains(page, "The left hand covers the hem, so the hem is guessed")
        self.assertContains(page, "Something new.")
        self.assertNotContains(page, "turned")  # two are enough

    def test_keeps_quiet_about_a_picture_that_can_be_trusted(self):
        look = self.make_look(SessionStatus.REFINED)
        reasons = [{"code": "head_outside", "message": "No head."}]
        look.tasks.update(confidence={"score": 0.9, "reasons": reasons})

        self.assertNotContains(self.page_of(look), "Worth a second look")

    def test_a_first_look_alone_says_why_and_offers_to_refine_it_again(self):
        look = self.make_look(SessionStatus.COARSE_ONLY, reason="redo")

        answer = self.page_of(look)

        self.assertContains(answer, "please try a brighter, full-body, front photo")
        self.assertContains(answer, reverse("session-refine", args=[look.public_id]))
        self.assertEqual(len(Page(answer).all("compare-slider")), 1)

    def test_a_bottom_alone_needs_no_other_try(self):
        look = self.make_look(
            SessionStatus.COARSE_ONLY,
            reason="bottom_only",
            bottom=make_garment(GarmentKind.BOTTOM),
        )

        answer = self.page_of(look)

        self.assertContains(answer, "the first look is the finished one")
        for offer in ("session-retry", "session-refine"):
            self.assertNotContains(answer, reverse(offer, args=[look.public_id]))

    def test_a_failure_is_one_calm_sentence_without_a_picture(self):
        answer = self.page_of(self.make_look(SessionStatus.FAILED, reason="busy"))

        self.assertContains(answer, "Many people are trying on clothes right now")
        self.assertEqual(Page(answer).all("compare-slider"), [])

    def test_outlives_its_photo(self):
        look = self.make_look(SessionStatus.REFINED)
        PersonImage.objects.all().delete()

        answer = self.page_of(look)

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(Page(answer).all("compare-slider"), [])
        self.assertEqual(len(Page(answer).all("li", **{"class": "strip__item"})), 2)

    def test_leads_to_the_shop_and_back_with_the_same_photo(self):
        top = make_garment(slug="tee", product_url="https://shop.example/tee")
        look = self.make_look(SessionStatus.REFINED, top=top)

        page = Page(self.page_of(look))

        self.assertTrue(page.all("a", href=reverse("garment-buy", args=["tee"])))
        person = look.person_image.public_id
        self.assertTrue(page.all("a", href=f"/try-on/?top=tee&person={person}"))
        self.assertTrue(page.all("a", href=f"/?top=tee&person={person}&kind=top"))

    def test_downloads_under_a_readable_name(self):
        top = make_garment(slug="white-tee")
        look = self.make_look(SessionStatus.REFINED, top=top)
        url = reverse("session-download", args=[look.public_id, "refine"])

        answer = self.client.get(url)

        self.assertEqual(
            answer["Content-Disposition"],
            'attachment; filename="fitting-room-white-tee-refined.png"',
        )
        self.assertEqual(answer["Content-Type"], "image/png")
        with Image.open(io.BytesIO(answer.getvalue())) as picture:
            self.assertIn("AIGC", picture.info)  # more in test_marking.py

    def test_there_is_no_download_of_what_was_not_made(self):
        look = self.make_look(SessionStatus.COARSE_ONLY)
        for stage in ("refine", "nonsense"):
            url = reverse("session-download", args=[look.public_id, stage])
            self.assertEqual(self.client.get(url).status_code, 404)

    def test_says_when_it_goes_and_can_be_kept(self):
        look = self.make_look(SessionStatus.REFINED)
        keep = reverse("session-keep", args=[look.public_id])
        self.assertContains(self.page_of(look), "unless you keep it")

        answer = self.client.post(keep, {"keep": "yes"}, follow=True)

        self.assertContains(answer, "with an account, until you delete it")
        look.refresh_from_db()
        self.assertTrue(look.is_kept)
        self.client.post(keep, {"keep": "no"})
        look.refresh_from_db()
        self.assertFalse(look.is_kept)

    def test_trying_again_starts_a_new_session_with_the_same_outfit(self):
        model = make_person_image(is_house_model=True)
        look = self.make_look(SessionStatus.FAILED, person_image=model)

        answer = self.client.post(reverse("session-retry", args=[look.public_id]))

        again = TryOnSession.objects.exclude(pk=look.pk).get()
        self.assertRedirects(answer, again.get_absolute_url())
        self.assertEqual((again.top, again.person_image), (look.top, model))

    def test_trying_again_without_the_photo_says_so(self):
        look = self.make_look(SessionStatus.FAILED)
        PersonImage.objects.all().delete()

        answer = self.client.post(
            reverse("session-retry", args=[look.public_id]), follow=True
        )

        self.assertContains(answer, "upload it again")
        self.assertEqual(TryOnSession.objects.count(), 1)


class HistoryTests(LooksTestCase):
    def test_shows_ones_own_looks_newest_first(self):
        first, second = self.make_look(), self.make_look(SessionStatus.REFINED)
        make_session()

        answer = self.client.get(reverse("session-list"))

        shown = [look.session for look in answer.context["looks"]]
        self.assertEqual(shown, [second, first])

    def test_asks_the_same_number_of_queries_whatever_its_length(self):
        self.make_look(SessionStatus.REFINED)
        url = reverse("session-list")
        self.client.get(url)
        with self.assertNumQueries(5):  # session, shopper, count, looks, their tasks
            self.client.get(url)
        for kind in GarmentKind:
            self.make_look(SessionStatus.REFINED, top=make_garment(GarmentKind(kind)))

        with self.assertNumQueries(5):
            self.client.get(url)

    def test_without_looks_invites_to_choose_a_piece(self):
        answer = self.client_class().get(reverse("session-list"))

        self.assertContains(answer, "No looks yet")
        self.assertEqual(Shopper.objects.count(), 1)

    def test_an_account_has_its_looks_in_every_browser(self):
        user = make_user()
        look = make_session(shopper=make_shopper(user=user))
        another_browser = self.client_class()
        another_browser.force_login(user)

        self.assertContains(another_browser.get("/looks/"), look.get_absolute_url())


class DeleteTests(LooksTestCase):
    def test_asks_first_then_deletes_rows_and_files(self):
        look = self.make_look(SessionStatus.REFINED)
        results = [task.result for task in look.tasks.all()]
        url = reverse("session-delete", args=[look.public_id])

        self.assertContains(self.client.get(url), "Delete this look?")
        self.assertTrue(TryOnSession.objects.exists())
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.post(url)

        self.assertRedirects(answer, reverse("session-list"))
        self.assertFalse(TryOnSession.objects.exists())
        self.assertFalse(any(file.storage.exists(file.name) for file in results))

    def test_everything_goes_with_a_receipt_and_nothing_of_others(self):
        look = self.make_look(SessionStatus.REFINED)
        others = make_session()
        photo = look.person_image.image

        self.assertContains(self.client.get(reverse("forget-me")), "1 photo")
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.post(reverse("forget-me"))

        receipt = answer.context["receipt"]
        self.assertEqual((receipt.photos, receipt.looks, receipt.files), (1, 1, 3))
        self.assertContains(answer, "3 files")
        self.assertFalse(photo.storage.exists(photo.name))
        self.assertEqual(list(TryOnSession.objects.all()), [others])

    def test_with_nothing_to_forget_it_says_so(self):
        stranger = self.client_class()

        self.assertContains(stranger.get(reverse("forget-me")), "nothing to delete")
        self.assertContains(stranger.post(reverse("forget-me")), "0 photos")
