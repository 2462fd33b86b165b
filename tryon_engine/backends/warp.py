"""The default backend: the order of the vision stages, and a memory of readings.

Works on the CPU, without weights of its own. A person or a garment that was read
recently is not read again: the refine stage and further garments on the same photo
repeat nothing but the drawing.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Generic, TypeVar

from ..vision.arrays import RGBImage, VisionError
from ..vision.body import PersonReading
from ..vision.compose import Composite, compose, scale_picture
from ..vision.fit_doubts import judge
from ..vision.fit_lower import fit_lower
from ..vision.fit_upper import fit_upper
from ..vision.garment import GarmentCategory, GarmentReading, read_garment
from ..vision.person import read_person
from ..vision.refine import enlarge, sharpen_cloth
from ..vision.undress import Hidden, read_hidden, with_cloth_found
from ..vision.worn import Worn, wear
from . import Options, Outfit, Result

PEOPLE_KEPT: Final = 2
GARMENTS_KEPT: Final = 6
"""Readings kept in memory: about 60 MB a person, 15 MB a garment."""
COARSE_LONG_SIDE_PX: Final = 1280
FINE_LONG_SIDE_PX: Final = {"standard": 1600, "plus": 2048}
"""Larger photos are composed at this size; unchanged pixels stay the photo's own."""

Reading = TypeVar("Reading")


class OutfitError(VisionError):
    """The garments cannot be worn together as asked."""


@dataclass(frozen=True, eq=False)
class Wearer:
    """A person, with what the old clothes hide."""

    reading: PersonReading
    hidden: Hidden


@dataclass(frozen=True, eq=False)
class Fitting:
    """All that is known before anything is drawn.

    Attributes
    ----------
    wearer : Wearer
    top, bottom : Worn or None
    seconds : dict of str to float
        How long each step took; next to nothing for what was remembered.
    """

    wearer: Wearer
    top: Worn | None
    bottom: Worn | None
    seconds: dict[str, float]


class Memory(Generic[Reading]):
    """The last few readings, by what was read. Safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: OrderedDict[Hashable, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Reading]) -> Reading:
        """Return what is kept under `key`, made now if it is not."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        made = make()
        with self._lock:
            self._items[key] = made
            while len(self._items) > self._size:
                self._items.popitem(last=False)
        return made


class WarpBackend:
    """Warps garment flats onto the person; see `vision`."""

    def __init__(self) -> None:
        self._people: Memory[Wearer] = Memory(PEOPLE_KEPT)
        self._garments: Memory[GarmentReading] = Memory(GARMENTS_KEPT)

    def coarse(self, person: RGBImage, outfit: Outfit, options: Options) -> Result:
        """Compose at the photo's size, up to `COARSE_LONG_SIDE_PX`."""
        is_plus = options.quality == "plus"
        most_px = FINE_LONG_SIDE_PX["standard"] if is_plus else COARSE_LONG_SIDE_PX
        return self._try_on(person, outfit, most_px, fine=False)

    def refine(
        self, person: RGBImage, coarse: RGBImage, outfit: Outfit, options: Options
    ) -> Result:
        """Compose again with the flat's own pixels, folds, shadows and matted edges.

        The garments are drawn anew rather than filtered from `coarse`, which has lost
        their detail; it only has to be of the person image's size.
        """
        if coarse.shape != person.shape:
            raise OutfitError(
                f"coarse is {coarse.shape[:2]}, person is {person.shape[:2]}: the "
                "coarse image must be of the person image's size."
            )
        return self._try_on(
            person, outfit, FINE_LONG_SIDE_PX[options.quality], fine=True
        )

    def fit(self, person: RGBImage, outfit: Outfit) -> Fitting:
        """Read person and flats, and fit the garments: all but the drawing."""
        seconds: dict[str, float] = {}
        with timed(seconds, "garments"):
            top, bottom = self._garments_of(outfit)
        with timed(seconds, "person"):
            wearer = self._people.get(_key(person), lambda: _read_wearer(person))
        with timed(seconds, "fit"):
            worn_top = wear_top(wearer.reading, top)
            hem = worn_top.fit.hem_down if worn_top else None
            worn_bottom = wear_bottom(wearer.reading, bottom, hem)
        return Fitting(wearer, worn_top, worn_bottom, seconds)

    def _try_on(
        self, person: RGBImage, outfit: Outfit, most_px: int, fine: bool
    ) -> Result:
        fitting = self.fit(person, outfit)
        seconds = fitting.seconds
        with timed(seconds, "draw"):
            composite = draw(fitting, person, most_px, fine)
        top, bottom = fitting.top, fitting.bottom
        notes = {
            "top": top.garment.describe() if top else None,
            "bottom": bottom.garment.describe() if bottom else None,
            "seconds": {step: round(took, 3) for step, took in seconds.items()},
        }
        reading, hidden = fitting.wearer.reading, fitting.wearer.hidden
        confidence = judge(reading, hidden, top, bottom)
        return Result(composite.image, composite.changed, notes, confidence)

    def _garments_of(
        self, outfit: Outfit
    ) -> tuple[GarmentReading | None, GarmentReading | None]:
        """Read the flats; sort them by what they are, not by the slot they lie in."""
        flats = [flat for flat in (outfit.top, outfit.bottom) if flat is not None]
        if not flats:
            raise OutfitError("No garment was given: expected a top, a bottom or both.")
        readings = [
            self._garments.get(_key(flat), partial(read_garment, flat))
            for flat in flats
        ]
        bottoms = [r for r in readings if r.category == GarmentCategory.BOTTOM]
        tops = [r for r in readings if r.category != GarmentCategory.BOTTOM]
        if len(bottoms) > 1 or len(tops) > 1:
            kinds = " and ".join(reading.kind.value for reading in readings)
            raise OutfitError(
                f"{kinds} cannot be worn together: expected top and bottom."
            )
        top, bottom = (found[0] if found else None for found in (tops, bottoms))
        if top is not None and top.category == GarmentCategory.DRESS:
            bottom = None  # hidden under the dress, or not to be worn with it
        return top, bottom


def draw(fitting: Fitting, person: RGBImage, most_px: int, fine: bool) -> Composite:
    """Return the try-on at the size of `person`, composed at `most_px` at most."""
    composite = compose(
        fitting.wearer.reading,
        fitting.wearer.hidden,
        scale_picture(person, most_px),
        fitting.top,
        fitting.bottom,
        fine,
    )
    if fine:
        image = sharpen_cloth(composite.image, composite.changed)
        composite = Composite(image, composite.changed)
    return enlarge(composite, person)


@contextmanager
def timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Write into `seconds` how long the block took."""
    started = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - started


def wear_top(person: PersonReading, garment: GarmentReading | None) -> Worn | None:
    """Fit a top or dress, if there is one."""
    if garment is None:
        return None
    return wear(person, garment, fit_upper(person, garment))


def wear_bottom(
    person: PersonReading, garment: GarmentReading | None, top_hem_down: float | None
) -> Worn | None:
    """Fit trousers, shorts or a skirt, if there is one."""
    if garment is None:
        return None
    return wear(person, garment, fit_lower(person, garment, top_hem_down))


@cache
def warp_backend() -> WarpBackend:
    """Return the process's one backend, so that its memory is shared."""
    return WarpBackend()


def _read_wearer(person: RGBImage) -> Wearer:
    reading = with_cloth_found(read_person(person))
    return Wearer(reading, read_hidden(reading))


def _key(image: RGBImage) -> tuple[tuple[int, ...], bytes]:
    return image.shape, hashlib.sha256(image.tobytes()).digest()
