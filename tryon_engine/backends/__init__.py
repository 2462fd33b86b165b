"""Backends: what turns a person image and garment flats into a try-on.

The workers know only what is here. A backend is chosen by name in the settings.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..vision.arrays import Mask, RGBImage, VisionError
from ..vision.confidence import Confidence
from ..vision.garment.corrections import Corrections
from ..vision.worn_facts import WornFacts
from .shelf import Shelf

Quality = Literal["standard", "plus"]


class OutfitError(VisionError):
    """The garments cannot be worn together as asked."""


@dataclass(frozen=True, eq=False)
class Outfit:
    """The garment flats to try on: a top or dress, a bottom, or both.

    Attributes
    ----------
    top, bottom : (h, w, 3) uint8, RGB, or None
    top_keypoints, bottom_keypoints : mapping of str to (x, y)
        Key points that somebody has put right, in pixels of the flat; a backend that
        reads none passes them over.
    """

    top: RGBImage | None = None
    bottom: RGBImage | None = None
    top_keypoints: Corrections = field(default_factory=dict)
    bottom_keypoints: Corrections = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What a request may ask for.

    Attributes
    ----------
    resolution : int
        -1 keeps the person image's size; 1024 and 1280 name a height. Whoever calls a
        backend has brought the person image to that size: a result always has the size
        of the person image that the backend was given.
    restore_face : bool
        True keeps the face of the photo.
    gender : {"woman", "man"} or None
    quality : {"standard", "plus"}
        "plus" samples finer and takes longer.
    """

    resolution: int = -1
    restore_face: bool = True
    gender: str | None = None
    quality: Quality = "standard"


@dataclass(frozen=True, eq=False)
class Result:
    """A try-on.

    Attributes
    ----------
    image : (H, W, 3) uint8, RGB
        As large as the person image.
    mask : (H, W) bool
        Everywhere else `image` equals the person image exactly.
    notes : dict
        What was found and done, for logs: plain values only.
    confidence : Confidence or None
        How far the picture can be trusted; None where the backend cannot tell.
    worn : dict of str to WornFacts
        What is seen of the garments, by slot ("top", "bottom"), as far as it is known.
    """

    image: RGBImage
    mask: Mask
    notes: dict = field(default_factory=dict)
    confidence: Confidence | None = None
    worn: dict[str, WornFacts] = field(default_factory=dict)


class Backend(Protocol):
    """Both stages of a try-on. Raise `VisionError` for pictures that cannot be used."""

    def coarse(self, person: RGBImage, outfit: Outfit, options: Options) -> Result:
        """Return the first composite, quickly."""

    def refine(
        self, person: RGBImage, coarse: RGBImage, outfit: Outfit, options: Options
    ) -> Result:
        """Return the finished composite; `coarse` is what `coarse()` returned."""


def get_backend(name: str, shelf: Shelf | None = None) -> Backend:
    """Return the backend called `name`, the same one each time in a process.

    It keeps what it reads on the `shelf`, if there is one, for other processes.
    """
    if name == "warp":
        from .warp import warp_backend  # heavy imports, only where it is used

        return warp_backend(shelf)
    raise ValueError(f"There is no backend {name!r}. Known: 'warp'.")
