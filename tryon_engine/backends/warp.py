"""The default backend: the order of the vision stages, and a memory of readings.

Works on the CPU, without weights of its own. A person or a garment that was read
recently is not read again, in no worker that shares the shelf: the refine stage and
further garments on the same photo repeat nothing but the drawing.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, Generic, TypeVar

from .. import memory
from ..vision.arrays import RGBImage, VisionError
from ..vision.compose.composer import Composite, compose
from ..vision.compose.refine import mend
from ..vision.compose.scaling import fit_to, oversample, scale_picture
from ..vision.compose.worn import Worn, wear
from ..vision.fit.doubts import judge
from ..vision.fit.lower import fit_lower
from ..vision.fit.upper import fit_upper
from ..vision.garment.reading import GarmentCategory, GarmentReading, read_garment
from ..vision.light.grain import match_grain
from ..vision.person.body import Part, PersonReading
from ..vision.person.reading import SeatedError, read_person
from ..vision.person.stance import is_surely_seated
from ..vision.side_by_side import both
from ..vision.uncover.undress import Hidden, read_hidden, with_cloth_found
from ..vision.worn_facts import describe, with_truth
from . import Options, Outfit, OutfitError, Quality, Result
from .shelf import Shelf, name_of

PEOPLE_KEPT: Final = 1
GARMENTS_KEPT: Final = 2
"""Readings kept in memory: about 40 MB a person, 30 MB for what the old clothes hide,
15 MB a garment; with a shelf, memory that all workers share."""
COARSE_LONG_SIDE_PX: Final = 1280
FINE_LONG_SIDE_PX: Final[dict[Quality, int]] = {"standard": 1600, "plus": 2560}
"""Larger photos are composed at this size; unchanged pixels stay the photo's own."""
STEPS: Final = ("person", "garments", "hidden", "fit")
"""What comes before the drawing, in the order of the notes."""

Reading = TypeVar("Reading")


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
        How long each step took; next to nothing for what was remembered. Garments
        are read while the person is, and what is hidden while garments are fitted.
    """

    wearer: Wearer
    top: Worn | None
    bottom: Worn | None
    seconds: dict[str, float]


class Memory(Generic[Reading]):
    """The last few readings of one kind, and behind them those on the shelf.

    Safe to use from several threads. Of several processes with one shelf that ask for
    the same reading at the same time, one makes it and the others wait.
    """

    def __init__(
        self, kind: type[Reading], size: int, shelf: Shelf | None = None
    ) -> None:
        self._kind = kind
        self._size = size
        self._shelf = shelf
        self._items: OrderedDict[str, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, image: RGBImage, make: Callable[[], Reading], variant: str = ""
    ) -> Reading:
        """Return what is kept of `image`, made now if nothing is.

        `variant` tells apart readings of one picture that were made in different ways.
        """
        name = name_of(self._kind.__name__ + variant, image)
        with self._lock:
            found = self._items.get(name)
        if found is None:
            shelf = self._shelf
            found = self._shared(shelf, name, image, make) if shelf else make()
        elif self._shelf:
            self._shelf.touch(name)
        with self._lock:
            self._items[name] = found
            self._items.move_to_end(name)
            while len(self._items) > self._size:
                self._items.popitem(last=False)
        return found

    def _shared(
        self, shelf: Shelf, name: str, image: RGBImage, make: Callable[[], Reading]
    ) -> Reading:
        """Return the reading from the shelf, made and put there if it is missing."""
        load = partial(shelf.load, name, self._kind, (image,))
        found = load()
        if found is not None:
            return found
        with shelf.locked(name):
            found = load()  # another worker may have made it meanwhile
            if found is not None:
                return found
            made = make()
            shelf.store(name, made, (image,))
        # Its mapped copy instead: memory that all workers share.
        return load() or made


class WarpBackend:
    """Warps garment flats onto the person; see `vision`."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._people = Memory(PersonReading, PEOPLE_KEPT, shelf)
        self._hidden = Memory(Hidden, PEOPLE_KEPT, shelf)
        self._garments = Memory(GarmentReading, GARMENTS_KEPT, shelf)
        # Flats are read while a person is, and what that one hides meanwhile too.
        self._beside = ThreadPoolExecutor(2, "reader")

    def coarse(self, person: RGBImage, outfit: Outfit, options: Options) -> Result:
        """Compose at the size of the photo, or smaller; see `draw`."""
        return self._try_on(
            person, outfit, lambda fitting: draw(fitting, person, options.quality)
        )

    def refine(
        self, person: RGBImage, coarse: RGBImage, outfit: Outfit, options: Options
    ) -> Result:
        """Compose again with the flat's own pixels, folds, shadows and matted edges.

        The garments are drawn anew rather than filtered from `coarse`, which has lost
        their detail. It has to be of the person image's size, and stands in where it
        shows a garment that the new drawing has lost.
        """
        if coarse.shape != person.shape:
            raise OutfitError(
                f"coarse is {coarse.shape[:2]}, person is {person.shape[:2]}: the "
                "coarse image must be of the person image's size."
            )
        return self._try_on(
            person,
            outfit,
            lambda fitting: redraw(fitting, person, coarse, options.quality),
        )

    def fit(self, person: RGBImage, outfit: Outfit) -> Fitting:
        """Read person and flats, and fit the garments: all but the drawing."""
        seconds: dict[str, float] = {}
        garments = self._beside.submit(self._garments_of, outfit, seconds)
        try:
            with timed(seconds, "person"):
                reading = self._people.get(person, lambda: _read_person(person))
        except VisionError:
            garments.result()  # if they are of no use either, say that first
            raise
        hidden = self._beside.submit(self._hidden_of, person, reading, seconds)
        top, bottom = garments.result()
        _refuse_legs_of_seated(reading, top, bottom)
        with timed(seconds, "fit"):
            worn_top = wear_top(reading, top)
            is_over = worn_top is not None and not worn_top.is_tucked
            hem = worn_top.fit.hem_down if worn_top and is_over else None
            worn_bottom = wear_bottom(reading, bottom, hem)
        wearer = Wearer(reading, hidden.result())
        in_order = {step: seconds[step] for step in STEPS}
        return Fitting(wearer, worn_top, worn_bottom, in_order)

    def _hidden_of(
        self, person: RGBImage, reading: PersonReading, seconds: dict[str, float]
    ) -> Hidden:
        with timed(seconds, "hidden"):
            return self._hidden.get(person, lambda: read_hidden(reading))

    def _try_on(
        self,
        person: RGBImage,
        outfit: Outfit,
        drawn: Callable[[Fitting], Composite],
    ) -> Result:
        fitting = self.fit(person, outfit)
        seconds = fitting.seconds
        top, bottom = fitting.top, fitting.bottom
        reading, hidden = fitting.wearer.reading, fitting.wearer.hidden
        if max(person.shape) > COARSE_LONG_SIDE_PX:
            # What reading left is in pieces too small for the drawing of large photos.
            memory.give_back()
        with timed(seconds, "draw"):
            composite, (confidence, described) = both(
                lambda: drawn(fitting),
                lambda: (
                    judge(reading, hidden, top, bottom),
                    describe(reading, top, bottom),
                ),
            )
        facts = with_truth(described, composite)
        notes = {
            "top": top.garment.describe() if top else None,
            "bottom": bottom.garment.describe() if bottom else None,
            "seconds": {step: round(took, 3) for step, took in seconds.items()},
        }
        return Result(composite.image, composite.changed, notes, confidence, facts)

    def _garments_of(
        self, outfit: Outfit, seconds: dict[str, float]
    ) -> tuple[GarmentReading | None, GarmentReading | None]:
        """Read the flats; sort them by what they are, not by the slot they lie in."""
        slots = (
            (outfit.top, outfit.top_keypoints),
            (outfit.bottom, outfit.bottom_keypoints),
        )
        given = [(flat, points) for flat, points in slots if flat is not None]
        if not given:
            raise OutfitError("No garment was given: expected a top, a bottom or both.")
        with timed(seconds, "garments"):
            readings = [
                self._garments.get(
                    flat,
                    partial(read_garment, flat, corrections=points),
                    variant=repr(sorted(points.items())) if points else "",
                )
                for flat, points in given
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


def draw(fitting: Fitting, person: RGBImage, quality: Quality) -> Composite:
    """Return the first composite, at the size of `person`.

    In quality "plus" it is drawn as finely as a refined one.
    """
    if quality == "plus":
        return _finely_drawn(fitting, person, quality)
    picture = scale_picture(person, COARSE_LONG_SIDE_PX)
    return fit_to(_composed(fitting, picture, fine=False), person)


def redraw(
    fitting: Fitting, person: RGBImage, coarse: RGBImage, quality: Quality
) -> Composite:
    """Return the refined composite, at the size of `person`."""
    composite = _finely_drawn(fitting, person, quality)
    composite = mend(composite, coarse, person, fitting.top, fitting.bottom)
    skin = fitting.wearer.reading.parsing == Part.SKIN
    image = match_grain(composite.image, composite.changed, person, skin)
    return Composite(image, composite.changed)


def _finely_drawn(fitting: Fitting, person: RGBImage, quality: Quality) -> Composite:
    """In quality "plus" small photos are composed at twice their size.

    Each pixel of an edge or a print is then the average of four.
    """
    scaled = oversample if quality == "plus" else scale_picture
    picture = scaled(person, FINE_LONG_SIDE_PX[quality])
    return fit_to(_composed(fitting, picture, fine=True), person)


def _composed(fitting: Fitting, picture: RGBImage, fine: bool) -> Composite:
    wearer = fitting.wearer
    return compose(
        wearer.reading, wearer.hidden, picture, fitting.top, fitting.bottom, fine
    )


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
def warp_backend(shelf: Shelf | None = None) -> WarpBackend:
    """Return the process's one backend for `shelf`, so that its memory is shared."""
    return WarpBackend(shelf)


def _refuse_legs_of_seated(
    person: PersonReading, top: GarmentReading | None, bottom: GarmentReading | None
) -> None:
    """Raise SeatedError if something is to be worn on the legs of somebody who sits."""
    is_dress = top is not None and top.category == GarmentCategory.DRESS
    on_legs = bottom is not None or is_dress
    if on_legs and is_surely_seated(person.keypoints, person.frame, person.size[0]):
        raise SeatedError("The person is seated; expected one who stands.")


def _read_person(person: RGBImage) -> PersonReading:
    return with_cloth_found(read_person(person))
