"""A shopper's own photo: chosen, dropped, or taken with the camera."""

import base64
import io
import re
from datetime import datetime, timedelta

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Page, expect

from shop.models import PersonImage, TryOnSession, TryOnTask
from tests.check_server import check_server
from tests.factories import make_garment, make_person_image, picture_bytes

from .browser_case import DESK, DROP, HIDE_TAB, BrowserTestCase

pytestmark = pytest.mark.browser

NOBODY = {"code": "no_person", "severity": "block", "message": "No person."}
DARK = {"code": "too_dark", "severity": "warn", "message": "Dark."}
# Remembers the camera's tracks: whoever ends them turns its light off.
WATCH_CAMERA = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.tracks = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
# A camera that shows its first picture when it is told to.
SLOW_CAMERA = """
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [300, 400];
const context = canvas.getContext("2d");
navigator.mediaDevices.getUserMedia = async () => {
  const stream = canvas.captureStream(0);
  window.tracks.push(...stream.getTracks());
  return stream;
};
window.showPicture = () => {
  context.fillRect(0, 0, 300, 400);
  window.tracks[0].requestFrame();
};
"""
LIGHT_IS_ON = "() => tracks.some((one) => one.readyState === 'live')"
LIGHT_IS_OFF = "() => tracks.every((one) => one.readyState === 'ended')"
NOTE_WHAT_IS_SENT = """() => {
  document.addEventListener("htmx:beforeRequest", async () => {
    const photo = document.querySelector("#photo").files[0];
    const { width, height } = await createImageBitmap(photo);
    window.sent = [width, height];
  });
}"""
register_heif_opener()


def phone_photo(kind: str, size=(4000, 3000), orientation: int = 1) -> bytes:
    """A photo of 12 megapixels as phones store them: red above when upright."""
    upright = size if orientation == 1 else size[::-1]
    image = Image.new("RGB", upright, "navy")
    image.paste("red", (0, 0, upright[0], upright[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if orientation == 6:  # the camera lay on its side
        image = image.transpose(Image.Transpose.ROTATE_90)
    buffer = io.BytesIO()
    fast = {"enc_params": {"preset": "ultrafast"}} if kind == "HEIF" else {}
    image.save(buffer, kind, exif=exif.tobytes(), quality=85, **fast)
    return buffer.getvalue()


def stop_the_clock(page: Page) -> None:
    """From now on time passes only where the test says so."""
    page.clock.pause_at(datetime.now() + timedelta(hours=1))


class PhotoTestCase(BrowserTestCase):
    def setUp(self):
        super().setUp()
        make_garment(slug="tee")
        make_person_image(is_house_model=True, name="Clara")
        self.check = self.enterContext(check_server())

    def fitting_room(self, **context) -> Page:
        page = self.open("/try-on/?top=tee", **context)
        page.get_by_label("I am in this photo or may use it").check()
        return page

    def sent(self) -> Image.Image:
        """The picture that the image check was asked about last."""
        url = self.check.asked[-1]["input"]["image_url"]
        return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))

    def expect_photo(self, page: Page) -> None:
        expect(page.get_by_text("Your photo is ready")).to_be_visible()
        expect(page.get_by_role("radio", name=re.compile("You"))).to_be_checked()


class PhotoTests(PhotoTestCase):
    def assert_upright(self, picture: Image.Image) -> None:
        self.assertEqual(picture.size, (1536, 2048))
        above, below = (picture.convert("RGB").getpixel((768, y)) for y in (200, 1800))
        self.assertGreater(above[0], 200)
        self.assertGreater(below[2], 90)

    def test_a_sideways_photo_is_turned_and_made_smaller_before_it_is_sent(self):
        page = self.fitting_room()
        photo = phone_photo("JPEG", orientation=6)
        page.evaluate(NOTE_WHAT_IS_SENT)

        page.locator("#photo").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo}
        )

        self.expect_photo(page)
        self.assert_upright(self.sent())
        sent = page.wait_for_function("() => window.sent")  # once it is decoded
        self.assertEqual(sent.json_value(), [1536, 2048])

    def test_one_chosen_before_the_script_is_there_is_taken(self):
        page = self.open("/")
        held = []
        page.route("**/photo-upload*.js", lambda route: held.append(route))
        with page.expect_request("**/photo-upload*.js"):
            page.goto("/try-on/?top=tee", wait_until="commit")
        page.get_by_label("I am in this photo or may use it").check()
        page.locator("#photo").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()}
        )

        for route in held:
            route.continue_()

        self.expect_photo(page)

    def test_a_heic_photo_of_twelve_megapixels_comes_out_upright(self):
        page = self.fitting_room()
        photo = phone_photo("HEIF", orientation=6)

        page.locator("#photo").set_input_files(
            {"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": photo}
        )

        self.expect_photo(page)
        self.assert_upright(self.sent())

    def test_a_photo_can_be_dropped(self):
        page = self.fitting_room(viewport=DESK)
        content = base64.b64encode(picture_bytes(600, 800)).decode()

        page.locator("photo-upload").evaluate(DROP, ["a.jpg", "image/jpeg", content])

        self.expect_photo(page)

    def test_a_warning_is_said_once_and_can_be_overruled(self):
        self.check.findings = [DARK, DARK]
        page = self.fitting_room()
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()}

        page.locator("#photo").set_input_files(photo)

        self.expect_photo(page)
        warning = page.locator(".own-photos__warning")
        expect(warning).to_contain_text("rather dark")
        expect(warning).to_contain_text("You may use it all the same")
        expect(warning.get_by_role("listitem")).to_have_count(1)
        page.get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/looks/*/")
        self.assertFalse(TryOnSession.objects.get().person_image.is_house_model)

    def test_an_unusable_photo_stays_in_sight_to_be_turned_and_starts_nothing(self):
        self.check.findings = [NOBODY]
        page = self.fitting_room()
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()}

        page.locator("#photo").set_input_files(photo)

        expect(page.get_by_role("alert")).to_contain_text("We see nobody")
        expect(page.get_by_alt_text("The photo you chose")).to_be_visible()
        self.assertFalse(PersonImage.objects.filter(is_house_model=False).exists())
        self.assertFalse(TryOnTask.objects.exists())
        self.assertEqual(self.sent().size, (300, 400))

        self.check.findings = []
        page.get_by_role("button", name="Turn it a quarter").click()

        self.expect_photo(page)
        self.assertEqual(self.sent().size, (400, 300))

    def test_examples_come_before_the_dialog(self):
        page = self.open("/try-on/?top=tee")

        examples = page.locator(".example img")
        expect(examples).to_have_count(8)
        above = examples.last.bounding_box()["y"]
        button = page.locator("label.upload__label")
        self.assertLess(above, button.bounding_box()["y"])


class PhotoOnADeskTests(PhotoTests):
    viewport = DESK


class CameraTests(PhotoTestCase):
    def start_camera(self, **context) -> Page:
        page = self.fitting_room(**context)
        page.evaluate(f"() => {{ {WATCH_CAMERA} }}")
        page.get_by_role("button", name="Take one now").click()
        return page

    def open_camera(self, **context) -> Page:
        page = self.start_camera(permissions=["camera"], **context)
        expect(page.get_by_role("dialog", name="Camera")).to_be_visible()
        page.wait_for_function(LIGHT_IS_ON)
        return page

    def expect_message(self, page: Page, words: str) -> None:
        expect(page.locator(".upload__status")).to_contain_text(words)
        expect(page.get_by_role("dialog", name="Camera")).to_be_hidden()

    def test_a_photo_is_taken_looked_at_and_checked(self):
        page = self.open_camera()

        page.get_by_role("button", name="Now", exact=True).click()
        expect(page.get_by_alt_text("The photo just taken")).to_be_visible()
        page.wait_for_function(LIGHT_IS_OFF)
        page.get_by_role("button", name="Take another").click()
        expect(page.locator("video")).to_be_visible()
        page.wait_for_function(LIGHT_IS_ON)
        page.get_by_role("button", name="Now", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Use this photo").click()

        self.expect_photo(page)
        page.wait_for_function(LIGHT_IS_OFF)

    def test_who_presses_before_the_first_picture_gets_that(self):
        page = self.fitting_room(with_clock=True)
        page.evaluate(f"() => {{ {WATCH_CAMERA} {SLOW_CAMERA} }}")
        page.get_by_role("button", name="Take one now").click()
        stop_the_clock(page)

        page.get_by_role("button", name="Now", exact=True).click()
        page.clock.run_for(100)
        expect(page.locator("video")).to_be_visible()
        page.evaluate("() => window.showPicture()")

        photo = page.get_by_alt_text("The photo just taken")
        for _ in range(400):  # ten milliseconds each, of the five seconds that it waits
            page.clock.run_for(10)
            if photo.is_visible():
                break
        expect(photo).to_be_visible()
        page.wait_for_function(LIGHT_IS_OFF)

    def test_who_is_alone_has_ten_seconds(self):
        page = self.open_camera(with_clock=True)
        stop_the_clock(page)

        page.get_by_role("button", name="In 10 seconds").click()
        expect(page.locator(".camera__count")).to_have_text("10")
        page.clock.run_for(9000)
        expect(page.locator(".camera__count")).to_have_text("1")
        expect(page.locator("video")).to_be_visible()
        page.clock.run_for(1000)
        page.clock.resume()

        expect(page.get_by_alt_text("The photo just taken")).to_be_visible()

    def test_the_light_goes_off_with_closing_leaving_and_hiding(self):
        ways = {
            "button": lambda page: page.get_by_role("button", name="Close").click(),
            "Escape": lambda page: page.keyboard.press("Escape"),
            "hidden": lambda page: page.evaluate(HIDE_TAB, True),
            "left": lambda page: page.evaluate(
                "() => { window.dispatchEvent(new Event('pagehide')) }"
            ),
            "replaced": lambda page: page.evaluate(
                "() => document.querySelector('photo-camera').remove()"
            ),
        }
        for name, leave in ways.items():
            with self.subTest(name):
                page = self.open_camera()
                leave(page)
                page.wait_for_function(LIGHT_IS_OFF)
                expect(page.get_by_role("dialog", name="Camera")).to_be_hidden()
                page.context.close()

    def test_says_when_the_camera_is_blocked(self):
        page = self.fitting_room()
        permission = {"permission": {"name": "camera"}, "setting": "denied"}
        control = self.browser.new_browser_cdp_session()
        control.send("Browser.setPermission", permission)
        self.addCleanup(control.send, "Browser.resetPermissions")

        page.get_by_role("button", name="Take one now").click()

        self.expect_message(page, "The camera is blocked for this site.")

    def test_says_when_the_browser_knows_no_camera(self):
        page = self.fitting_room()
        page.evaluate(
            "() => Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
        )

        page.get_by_role("button", name="Take one now").click()

        self.expect_message(page, "This browser cannot use the camera here.")


class CameraOnADeskTests(CameraTests):
    viewport = DESK


class NoCameraTests(PhotoTestCase):
    flags = ()  # this machine has no camera

    def test_says_when_the_camera_does_not_start(self):
        page = self.fitting_room(permissions=["camera"])

        page.get_by_role("button", name="Take one now").click()

        status = page.locator(".upload__status")
        expect(status).to_contain_text("The camera does not start")
