"""Bytes <-> RGB arrays; the only module that knows picture formats.

ImageError                a picture cannot be decoded
├── UnreadableImage       no picture, a damaged one, or a format not in FORMATS
└── ImageSizeError        too many or too few bytes or pixels
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final, cast

import numpy as np
from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from .arrays import RGBImage, VisionError, bands

register_heif_opener()
# Else only the commonest formats are registered, and asking for WEBP is a KeyError.
Image.init()

FORMATS: Final = ("JPEG", "PNG", "BMP", "WEBP", "HEIF")
"""JPEG includes MPO, a JPEG with a second picture inside, as some phones make it."""

DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What the decoders of `FORMATS` raise over damaged files."""


PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PNG_COLOURS: Final = {1: 0, 3: 2, 4: 6}
"""The PNG standard's colour types by the number of channels."""
PNG_UP: Final = 2
"""The filter that keeps each row's difference from the one above."""


class ImageError(VisionError):
    """A picture cannot be decoded."""


class UnreadableImage(ImageError):
    """The bytes are no picture, a damaged one, or of a format that is not supported."""


class ImageSizeError(ImageError):
    """The picture has too many or too few bytes or pixels."""


@dataclass(frozen=True)
class ImageLimits:
    """What is accepted, both ends included. Checked before any pixel is decoded."""

    max_bytes: int = 50_000_000
    min_side_px: int = 1
    max_side_px: int = 16_384
    max_pixels: int = 60_000_000


def decode_image(data: bytes, limits: ImageLimits = ImageLimits()) -> RGBImage:
    """Return the picture in `data`, upright.

    JPEG, PNG, BMP, WEBP and HEIC. Of animations and bursts, the first frame. EXIF
    rotation is applied; transparency lies on white; colours are sRGB; 16 bits become 8.

    Parameters
    ----------
    data : bytes
        A whole file.
    limits : ImageLimits, optional

    Returns
    -------
    ndarray of shape (H, W, 3), uint8, RGB

    Raises
    ------
    ImageSizeError
        If bytes or pixels are beyond the limits.
    UnreadableImage
        If the bytes are damaged or not of a supported format.
    """
    if len(data) > limits.max_bytes:
        raise ImageSizeError(f"{len(data)} bytes, at most {limits.max_bytes} allowed.")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            _check_size(picture.size, limits)
            ImageOps.exif_transpose(picture, in_place=True)
            return _to_rgb_array(picture)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise ImageSizeError(str(exc)) from exc
    except DAMAGE as exc:
        raise UnreadableImage(f"Not a readable picture: {exc}") from exc


def encode_png(image: np.ndarray) -> bytes:
    """Return `image`, uint8 RGB, RGBA or (H, W) grey, as a PNG file.

    Lossless, and in half the time that OpenCV takes: all rows with one filter, and of
    what repeats only runs of single values, since photos repeat nothing else.
    """
    height, width = image.shape[:2]
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype != np.uint8 or channels not in PNG_COLOURS:
        raise ImageError(f"{image.dtype} of shape {image.shape} cannot be encoded.")
    header = struct.pack(">IIBBxxx", width, height, 8, PNG_COLOURS[channels])
    pieces = [PNG_SIGNATURE, *_chunk(b"IHDR", header)]
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)
    above = np.zeros((1, width * channels), np.uint8)
    for rows in bands(height):
        pixels = np.concatenate([above, image[rows].reshape(-1, width * channels)])
        lines = np.full((len(pixels) - 1, 1 + width * channels), PNG_UP, np.uint8)
        np.subtract(pixels[1:], pixels[:-1], out=lines[:, 1:])
        pieces += _chunk(b"IDAT", packer.compress(lines.data))
        above = pixels[-1:]
    pieces += [*_chunk(b"IDAT", packer.flush()), *_chunk(b"IEND", b"")]
    return b"".join(pieces)


def _chunk(name: bytes, content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a chunk of a PNG file in pieces: joined once, at the end."""
    checksum = zlib.crc32(content, zlib.crc32(name))
    head = struct.pack(">I4s", len(content), name)
    return head, content, checksum.to_bytes(4, "big")


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise ImageSizeError(
            f"{width} x {height} pixels, at most {limits.max_pixels} in all allowed."
        )
    if min(size) < limits.min_side_px or max(size) > limits.max_side_px:
        raise ImageSizeError(
            f"{width} x {height} pixels; each side must have "
            f"{limits.min_side_px} to {limits.max_side_px}."
        )


def _to_rgb_array(picture: Image.Image) -> RGBImage:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep_grey(picture)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in picture.info
    ):
        picture = _on_white(picture)
    return _pixels(_to_srgb(picture))


def _pixels(picture: Image.Image) -> RGBImage:
    """Return the pixels of an RGB picture, without further copies of a large one."""
    image = np.empty((picture.height, picture.width, 3), np.uint8)
    for rows in bands(picture.height):
        image[rows] = picture.crop((0, rows.start, picture.width, rows.stop))
    return image


def _from_deep_grey(picture: Image.Image) -> RGBImage:
    """Return 16-bit grey as 8-bit RGB; Pillow's own conversion would clip it."""
    deep = np.asarray(picture, np.float32)
    grey = np.clip(deep / 257 + 0.5, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _on_white(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    layer = picture.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    flat = flat.convert("RGB")
    flat.info["icc_profile"] = profile
    return flat


def _to_srgb(picture: Image.Image) -> Image.Image:
    """Return `picture` as sRGB, following its colour profile if it has another one.

    Pixels that are sRGB already are left alone: a round trip could move them by one.
    """
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK"):
        return _as_rgb(picture)
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return _as_rgb(picture)
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
        return cast(Image.Image, converted)  # None only for a change in place
    except (ImageCms.PyCMSError, OSError):
        # A broken profile is no reason to refuse the picture.
        return _as_rgb(picture)


def _as_rgb(picture: Image.Image) -> Image.Image:
    # Pillow copies even what needs no conversion.
    return picture if picture.mode == "RGB" else picture.convert("RGB")
