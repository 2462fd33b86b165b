"""Is it a picture, and one we can use? Judged by decoding it, never by its name.

Every refusal is a `ValidationError` with a code and one sentence that says what to do.
"""

import io
import struct
import zlib
from typing import IO

import pillow_heif
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from .file_sizes import file_size

# What the protocol and phones use. MPO is what some phones call their JPEG.
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "HEIF")
MIN_SIDE = 150  # pixels, of the protocol
MAX_PIXELS = 64_000_000  # phones take 50 million; decoded, 64 million are 192 MB
MAX_JPEG_SCANS = 100  # a progressive JPEG has about ten; thousands burn minutes

# What decoders raise on hostile bytes, seen or read in their sources.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)

# Depth maps and thumbnails inside a HEIC are more code to attack and of no use here.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

_REFUSALS = {
    "empty": _("This file is empty. Please choose another one."),
    "file_too_large": _(
        "This file is larger than %(limit)s. Please choose a smaller copy of it."
    ),
    "not_a_picture": _(
        "This file is not a picture that we can read. "
        "Please choose a JPG, PNG, WEBP, BMP or HEIC file."
    ),
    "damaged": _(
        "This picture is damaged or incomplete. "
        "Please save it again or choose another one."
    ),
    "animated": _("This is a moving picture. Please choose a still one."),
    "too_many_pixels": _(
        "This picture has more than %(limit)s million pixels. "
        "Please choose a smaller copy of it."
    ),
    "too_small": _(
        "This picture is too small. "
        "Please choose one that is at least %(limit)s pixels wide and high."
    ),
    "too_narrow": _(
        "This picture is too long and narrow. Please crop it or choose another one."
    ),
}


def refusal(code: str, **params: object) -> ValidationError:
    return ValidationError(_REFUSALS[code], code=code, params=params or None)


def read_upload(file: IO[bytes]) -> bytes:
    """The whole file. Raises `ValidationError` when empty or over the byte limit."""
    limit = settings.TRYON_MAX_UPLOAD_BYTES
    file.seek(0)
    data = file.read(limit + 1)
    if not data:
        raise refusal("empty")
    if len(data) > limit:
        raise refusal("file_too_large", limit=file_size(limit))
    return data


def open_picture(data: bytes) -> Image.Image:
    """The picture, its header read and judged, its pixels not yet decoded.

    Raises `ValidationError` for anything but one still picture of a usable size.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise _too_many_pixels() from exc
    except UnidentifiedImageError as exc:
        raise refusal("not_a_picture") from exc
    except DECODER_ERRORS as exc:
        raise refusal("damaged") from exc
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    # In entropy-coded data 0xFF is always escaped, so this counts real scans.
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise refusal("damaged")
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise refusal("animated")
    require_sides(image.size)
    return image


def require_sides(size: tuple[int, int], scaled_to: int | None = None) -> None:
    """Refuse a size under the protocol's, now or once the long side is `scaled_to`."""
    short, long = sorted(size)
    if short < MIN_SIDE:
        raise refusal("too_small", limit=MIN_SIDE)
    if scaled_to and long > scaled_to and short * scaled_to / long < MIN_SIDE:
        raise refusal("too_narrow")


def _too_many_pixels() -> ValidationError:
    return refusal("too_many_pixels", limit=MAX_PIXELS // 1_000_000)
