"""What a try-on changed: everything else is the shopper's own photo."""

import io
from typing import IO, Final

from PIL import Image, ImageChops, ImageFilter

SAME: Final = 6  # of 255: what decoders and servers that compress make of equal pixels
VEIL: Final = (251, 250, 248)
VEIL_OPACITY: Final = 205
MAX_SIDE: Final = 1024  # of the veil: the browser stretches it


def veil(photo: IO[bytes], result: IO[bytes]) -> bytes:
    """A picture to lay over the result: it leaves free what is new.

    Returns PNG with transparency, in the proportions of the result, maybe smaller.
    Raises what Pillow raises when one of the two does not decode.
    """
    with Image.open(photo) as before, Image.open(result) as after:
        size = _within(after.size, MAX_SIDE)
        pair = [
            one.convert("RGB").resize(size, Image.Resampling.BOX)
            for one in (before, after)
        ]
    channels = ImageChops.difference(*pair).split()
    largest = ImageChops.lighter(ImageChops.lighter(*channels[:2]), channels[2])
    is_same = largest.point([255 if level <= SAME else 0 for level in range(256)])
    # No specks where chance made old and new alike.
    is_same = is_same.filter(ImageFilter.MedianFilter(5))
    alpha = is_same.filter(ImageFilter.BoxBlur(1)).point(
        [level * VEIL_OPACITY // 255 for level in range(256)]
    )
    overlay = Image.new("RGBA", size, VEIL)
    overlay.putalpha(alpha)
    buffer = io.BytesIO()
    overlay.save(buffer, "PNG")
    return buffer.getvalue()


def _within(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    share = min(1.0, max_side / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
