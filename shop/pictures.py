"""Pictures made our own: upright, sRGB, on white, of a bounded size, re-encoded.

Nothing of an uploaded file but its pixels is ever stored: no metadata, no profile, no
second file hidden behind the first.
"""

import base64
import hashlib
import io
import logging
import threading
from dataclasses import dataclass
from typing import IO, cast

from django.conf import settings
from PIL import Image, ImageCms, ImageOps

from .validators import (
    DECODER_ERRORS,
    open_picture,
    read_upload,
    refusal,
    require_sides,
)

logger = logging.getLogger(__name__)

# What the protocol takes, in bytes.
MIN_BYTES = 5 * 1024
MAX_BYTES = 5 * 1024 * 1024
JPEG_QUALITIES = (92, 85, 75)
SRGB = ImageCms.createProfile("sRGB")
# Decoding needs up to half a gigabyte: however many upload at once, two at a time do.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class CleanPicture:
    """A picture encoded by us: what is stored, and what is sent to the engine."""

    data: bytes
    extension: str  # "jpg" or "png"
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def data_url(self) -> str:
        mime = "image/png" if self.extension == "png" else "image/jpeg"
        return f"data:{mime};base64,{base64.b64encode(self.data).decode('ascii')}"

    def rendition(self, max_side: int) -> bytes:
        """A smaller copy as WEBP, its long side at most `max_side` pixels."""
        image = Image.open(io.BytesIO(self.data))
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        # More effort (`method`) takes twice the time and saves a twentieth.
        return _encode(image, "WEBP", quality=82, method=2)


def clean_picture(file: IO[bytes], *, max_side: int | None = None) -> CleanPicture:
    """Make an uploaded file a picture of ours, or say why that cannot be.

    Parameters
    ----------
    file : the upload; its name and declared type are never looked at
    max_side : longest side allowed, in pixels; a larger picture is scaled down.
        Default: `settings.TRYON_MAX_PHOTO_SIDE`

    Raises
    ------
    ValidationError
        With a code and a sentence for the person who chose the file.
    """
    max_side = max_side or settings.TRYON_MAX_PHOTO_SIDE
    image = open_picture(read_upload(file))
    require_sides(image.size, scaled_to=max_side)
    with _decoding:
        try:
            upright = _normalise(image, max_side)
        except DECODER_ERRORS as exc:
            raise refusal("damaged") from exc
        require_sides(upright.size)
        return _fit_bytes(upright)


def _normalise(image: Image.Image, max_side: int) -> Image.Image:
    """Decode, then: upright, at most `max_side`, RGB on white, in sRGB."""
    profile = image.info.get("icc_profile")
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (max_side, max_side))  # decodes at 1/2, 1/4 or 1/8 size
    image.load()
    image = _to_eight_bits(image)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    image = _on_white(_in_srgb(image, profile))
    image.info.clear()
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """L, RGB, RGBA or CMYK, 8 bits a channel, the orientation still in its EXIF."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bits of grey; convert() would clip, not scale
        return image.convert("I").point(lambda level: level / 257 + 0.5).convert("L")
    return image.convert(image.mode if image.mode in ("L", "CMYK") else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB. Without a usable profile the numbers are taken as sRGB."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode=mode)
            return cast(Image.Image, converted)  # None only for inPlace=True
        except (ImageCms.PyCMSError, OSError, ValueError) as exc:
            logger.info("A colour profile was not usable (%s): sRGB is assumed.", exc)
    return image if image.mode == mode else image.convert(mode)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _fit_bytes(image: Image.Image) -> CleanPicture:
    """Encode within the protocol's 5 KB to 5 MB, as well as these allow."""
    for quality in JPEG_QUALITIES:
        # Not optimize=True: Pillow's buffer for it is too small for noisy pictures.
        data = _encode(image, "JPEG", quality=quality, subsampling=0)
        if len(data) <= MAX_BYTES:
            break
    else:
        return _fit_bytes(image.resize([side * 3 // 4 for side in image.size]))
    extension = "jpg"
    if len(data) < MIN_BYTES:  # small and plain: the same pixels, hardly compressed
        data, extension = _encode(image, "PNG", compress_level=0), "png"
    return CleanPicture(data, extension, image.width, image.height)


def _encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
