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

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

from .arrays import RGBImage, VisionError

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


FAST: Final = (cv2.IMWRITE_PNG_COMPRESSION, 1)
RUNS_ONLY: Final = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
"""Photos repeat nothing but single values: half the time, and smaller files."""


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
            return _to_rgb_array(ImageOps.exif_transpose(picture))
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise ImageSizeError(str(exc)) from exc
    except DAMAGE as exc:
        raise UnreadableImage(f"Not a readable picture: {exc}") from exc


def encode_png(image: RGBImage) -> bytes:
    """Return `image`, RGB, RGBA or (H, W) grey, as a PNG file: lossless, made fast."""
    if image.ndim == 2:
        done, file = cv2.imencode(".png", image, FAST)
    elif image.shape[2] == 4:
        done, file = cv2.imencode(
            ".png", cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA), FAST
        )
    else:
        pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        done, file = cv2.imencode(".png", pixels, (*FAST, *RUNS_ONLY))
    if not done:
        raise ImageError(f"An image of shape {image.shape} cannot be encoded.")
    return file.tobytes()


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
    return np.array(_to_srgb(picture))


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
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return picture.convert("RGB")
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
        return cast(Image.Image, converted)  # None only for a change in place
    except (ImageCms.PyCMSError, OSError):
        # A broken profile is no reason to refuse the picture.
        return picture.convert("RGB")
