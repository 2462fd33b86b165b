import unittest
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tryon_engine.vision.arrays import BAND_ROWS
from tryon_engine.vision.codec import (
    ImageError,
    ImageLimits,
    ImageSizeError,
    UnreadableImage,
    decode_image,
    encode_png,
)

RED, WHITE = (255, 0, 0), (255, 255, 255)


def encoded(picture, file_format, **options):
    file = BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def half_red():
    """40 x 20 pixels, the left half red."""
    picture = Image.new("RGB", (40, 20), WHITE)
    picture.paste(RED, (0, 0, 20, 20))
    return picture


class DecodeImageTests(unittest.TestCase):
    def test_reads_lossless_formats_exactly(self):
        for file_format in ("PNG", "BMP"):
            with self.subTest(file_format):
                image = decode_image(encoded(half_red(), file_format))

                np.testing.assert_array_equal(image, np.array(half_red()))
                self.assertEqual(image.dtype, np.uint8)

    def test_reads_lossy_formats(self):
        for file_format in ("JPEG", "WEBP", "HEIF"):
            with self.subTest(file_format):
                image = decode_image(encoded(half_red(), file_format, quality=95))

                self.assertEqual(image.shape, (20, 40, 3))
                np.testing.assert_allclose(image[10, 5], RED, atol=12)
                np.testing.assert_allclose(image[10, 35], WHITE, atol=12)

    def test_turns_picture_upright_as_exif_says(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turn clockwise by 90 degrees

        image = decode_image(encoded(half_red(), "PNG", exif=exif))

        self.assertEqual(image.shape, (40, 20, 3))
        np.testing.assert_array_equal(image[5, 10], RED)
        np.testing.assert_array_equal(image[35, 10], WHITE)

    def test_turns_heic_upright_once(self):
        exif = Image.Exif()
        exif[0x0112] = 6

        data = encoded(half_red(), "HEIF", exif=exif.tobytes(), quality=95)
        image = decode_image(data)

        self.assertEqual(image.shape, (40, 20, 3))
        np.testing.assert_allclose(image[5, 10], RED, atol=12)

    def test_lays_transparency_on_white(self):
        clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
        palette = clear.convert("P")
        palette.info["transparency"] = palette.getpixel((0, 0))
        for picture in (clear, clear.convert("LA"), palette):
            with self.subTest(picture.mode):
                image = decode_image(encoded(picture, "PNG"))

                np.testing.assert_array_equal(image, np.full((4, 4, 3), 255))

    def test_reads_cmyk_and_grey(self):
        cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
        grey = Image.new("L", (16, 16), 128)

        from_cmyk = decode_image(encoded(cyan, "JPEG", quality=95))
        from_grey = decode_image(encoded(grey, "PNG"))

        self.assertLess(from_cmyk[8, 8, 0], 60)
        np.testing.assert_array_equal(from_grey[8, 8], (128, 128, 128))

    def test_scales_16_bit_grey_to_8_bit(self):
        deep = Image.fromarray(np.array([[0, 32896, 65535]], np.uint16))

        image = decode_image(encoded(deep, "PNG"))

        self.assertEqual(image[0, :, 0].tolist(), [0, 128, 255])

    def test_takes_first_frame_of_animation(self):
        frames = [Image.new("RGB", (8, 8), RED), Image.new("RGB", (8, 8), WHITE)]
        data = encoded(
            frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True
        )

        np.testing.assert_array_equal(decode_image(data)[4, 4], RED)

    def test_leaves_srgb_pixels_alone(self):
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)

        image = decode_image(encoded(Image.fromarray(noise), "PNG", icc_profile=srgb))

        np.testing.assert_array_equal(image, noise)

    def test_ignores_broken_profile(self):
        image = decode_image(encoded(half_red(), "PNG", icc_profile=b"no profile"))

        np.testing.assert_array_equal(image, np.array(half_red()))

    def test_refuses_what_is_no_picture(self):
        for data in (b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
            with self.subTest(data), self.assertRaises(UnreadableImage):
                decode_image(data)

    def test_refuses_formats_that_are_not_listed(self):
        for file_format in ("GIF", "TIFF", "ICO", "EPS", "PDF"):
            with self.subTest(file_format), self.assertRaises(UnreadableImage):
                decode_image(encoded(half_red(), file_format))

    def test_refuses_truncated_files(self):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        for file_format in ("JPEG", "PNG", "BMP", "WEBP", "HEIF"):
            data = encoded(Image.fromarray(noise), file_format)
            with self.subTest(file_format), self.assertRaises(UnreadableImage):
                decode_image(data[: len(data) // 2])

    def test_refuses_too_many_bytes_without_looking_at_them(self):
        with self.assertRaisesRegex(ImageSizeError, "11 bytes, at most 10 allowed."):
            decode_image(b"x" * 11, ImageLimits(max_bytes=10))

    def test_refuses_decompression_bomb_before_decoding(self):
        # A file of a few kilobytes that claims 30 000 x 30 000 pixels.
        data = bytearray(encoded(Image.new("1", (8, 8)), "BMP"))
        data[18:26] = np.array([30_000, 30_000], "<i4").tobytes()

        with self.assertRaises(ImageSizeError):
            decode_image(bytes(data))

    def test_refuses_sides_beyond_the_limits(self):
        data = encoded(half_red(), "PNG")

        for limits in (ImageLimits(min_side_px=21), ImageLimits(max_side_px=39)):
            with self.subTest(limits), self.assertRaises(ImageSizeError):
                decode_image(data, limits)
        self.assertEqual(
            decode_image(data, ImageLimits(min_side_px=20, max_side_px=40)).shape,
            (20, 40, 3),
        )

    def test_reads_heic_made_by_libheif(self):
        heif = pillow_heif.from_pillow(half_red())
        file = BytesIO()
        heif.save(file, quality=95)

        self.assertEqual(decode_image(file.getvalue()).shape, (20, 40, 3))


class EncodePngTests(unittest.TestCase):
    def test_round_trip_is_exact(self):
        noise = np.random.default_rng(1).integers(0, 256, (33, 17, 3), np.uint8)

        np.testing.assert_array_equal(decode_image(encode_png(noise)), noise)

    def test_large_pictures_and_all_modes_are_exact(self):
        for channels, mode in ((1, "L"), (3, "RGB"), (4, "RGBA")):
            shape = (2 * BAND_ROWS + 3, 21, channels)
            noise = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
            noise = noise[..., 0] if channels == 1 else noise

            with Image.open(BytesIO(encode_png(noise))) as picture:
                self.assertEqual(picture.mode, mode)
                np.testing.assert_array_equal(np.asarray(picture), noise)

    def test_what_is_no_picture_is_refused(self):
        with self.assertRaises(ImageError):
            encode_png(np.zeros((4, 4, 2), np.uint8))
