"""A picture that grows layer by layer, and what of it is no longer the photo."""

from collections.abc import Sequence

import cv2
import numpy as np

from ..arrays import Field, FloatImage, Mask, Matte, RGBImage, Size, to_float
from ..light.photo_light import Light
from ..light.shading import Shadow, shadow_share
from ..masks import soften
from ..person.body import PersonReading
from ..uncover.undress import over

TOUCHED = 1 / 512
"""Mattes below this do not change a pixel."""

Box2D = tuple[slice, slice]
"""Rows and columns of a picture."""


class Canvas:
    """The photo with layers laid over it.

    Attributes
    ----------
    own : (H, W, 3) float32 in [0, 1]
        The photo's own pixels.
    image : (H, W, 3) float32
        The picture so far.
    changed : (H, W) float32 in [0, 1]
        How much of a pixel is new.
    size : (H, W)
        Of the picture; what comes at the person's working scale is enlarged.
    scale : float
        Pixels of the picture per pixel at the person's working scale.
    unit : float
        The shoulder width in pixels of the picture.
    """

    def __init__(self, person: PersonReading, picture: RGBImage) -> None:
        self.size: Size = picture.shape[:2]
        self.own: FloatImage = to_float(picture)
        self.image: FloatImage = self.own.copy()
        self.changed: Matte = np.zeros(self.size, np.float32)
        self.scale = self.size[0] / person.size[0]
        self.unit = person.shoulder_width * self.scale

    def enlarge(self, array: np.ndarray) -> np.ndarray:
        """Bring an array from working scale to the picture's size."""
        if array.shape[:2] == self.size:
            return array
        return cv2.resize(array, self.size[::-1], interpolation=cv2.INTER_LINEAR)

    def enlarge_box(self, array: np.ndarray, box: Box2D) -> np.ndarray:
        """Return a box of the picture, brought from an array at working scale."""
        if array.shape[:2] == self.size:
            return array[box]
        rows, columns = box
        (high, wide), (height, width) = array.shape[:2], self.size
        x, y = wide / width, high / height
        places = np.array(
            [
                [x, 0, (columns.start + 0.5) * x - 0.5],
                [0, y, (rows.start + 0.5) * y - 0.5],
            ]
        )
        return cv2.warpAffine(
            array,
            places,
            (columns.stop - columns.start, rows.stop - rows.start),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def enlarge_mask(self, mask: Mask, threshold: float) -> Mask:
        """Bring a mask to the picture's size: where more of it than `threshold` is."""
        return self.enlarge(mask.astype(np.float32)) > threshold

    def below(self, y: float, fade: float) -> Field:
        """Return 1 below a row of the person at working scale, 0 above, (H, 1).

        It passes over within `fade` shoulder widths.
        """
        rows = np.arange(self.size[0], dtype=np.float32)[:, None]
        return np.clip((rows - y * self.scale) / (fade * self.unit) + 0.5, 0, 1)

    def start_from(self, image: FloatImage, changed: Matte) -> None:
        """Begin with another picture than the photo, e.g. the undressed person."""
        self.image, self.changed = image.copy(), changed.copy()

    def lay(self, colour: FloatImage, matte: Matte) -> None:
        """Draw a layer over the picture; its colours may be at working scale."""
        box = box_of(matte)
        if box[0].stop:
            self.lay_patch(self.enlarge_box(colour, box), box, matte)

    def lay_patch(
        self, colour: FloatImage, box: Box2D, matte: Matte, own: Matte | None = None
    ) -> None:
        """Draw a layer of which only a box has colours; `matte` is 0 outside of it.

        `own` tells how much of that box is the photo itself: nothing, unless given.
        """
        share = matte[box]
        self.image[box] = over(self.image[box], colour, share)
        new = share if own is None else share * (1 - own)
        self.changed[box] = self.changed[box] * (1 - share) + new

    def lay_own(self, mask: Mask, where: Matte | None = None) -> None:
        """Put the photo's own pixels back in front; `mask` is at working scale."""
        matte = self.enlarge(soften(mask))
        matte = matte if where is None else matte * where
        box = box_of(matte)
        own = self.own[box]
        self.lay_patch(own, box, matte, own=np.ones(own.shape[:2], np.float32))

    def cast(
        self, caster: Matte, where: Matte, shadows: Sequence[Shadow], light: Light
    ) -> None:
        """Darken what lies below a layer, `where` it can be seen, by its shadows."""
        lit = np.ones(self.size, np.float32)
        for shadow in shadows:
            lit *= 1 - shadow_share(caster, shadow, light.away, self.unit)
        share = (1 - lit) * np.clip(where, 0, 1)
        darker = share > TOUCHED
        box = box_of(darker)
        self.image[box] *= 1 - (share * darker)[box][..., None]
        self.changed[box] = np.maximum(self.changed[box], darker[box])


def box_of(shown: np.ndarray) -> Box2D:
    """Return rows and columns where a matte or mask is more than 0; perhaps none."""
    x, y, width, height = cv2.boundingRect((shown > 0).astype(np.uint8))
    return np.s_[y : y + height, x : x + width]
