"""What a try-on changed is free of the veil, everything else lies under it."""

import io
from unittest import TestCase

from PIL import Image, ImageDraw

from shop.changes import MAX_SIDE, VEIL_OPACITY, veil


def picture(size=(300, 400), shirt=None, kind="PNG"):
    image = Image.new("RGB", size, "white")
    if shirt:
        ImageDraw.Draw(image).rectangle((100, 100, 199, 299), fill=shirt)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return io.BytesIO(buffer.getvalue())


class VeilTests(TestCase):
    def alpha(self, before, after):
        with Image.open(io.BytesIO(veil(before, after))) as image:
            return image.getchannel("A")

    def test_is_open_over_the_change_and_only_there(self):
        alpha = self.alpha(picture(), picture(shirt="navy"))

        self.assertEqual(alpha.crop((102, 102, 198, 298)).getextrema(), (0, 0))
        for outside in ((0, 0, 300, 97), (0, 303, 300, 400), (203, 0, 300, 400)):
            self.assertEqual(alpha.crop(outside).getextrema(), (VEIL_OPACITY,) * 2)

    def test_what_compression_does_is_no_change(self):
        alpha = self.alpha(picture(), picture(kind="JPEG"))

        self.assertEqual(alpha.getextrema(), (VEIL_OPACITY, VEIL_OPACITY))

    def test_large_pictures_get_a_smaller_veil_of_the_same_proportions(self):
        alpha = self.alpha(picture((1500, 3000)), picture((1500, 3000)))

        self.assertEqual(alpha.size, (MAX_SIDE // 2, MAX_SIDE))
