"""The plain backdrop of a garment flat, and what is too sharp to belong to it.

Shop flats lie on a backdrop of one colour, or a softly graded one, often white under a
white garment and with a soft drop shadow around it. Colour alone cannot tell cloth from
backdrop there, but sharpness can: backdrops and shadows change slowly, while cloth has
an outline, seams and a weave.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from ..arrays import Field, FloatImage, Mask
from ..colour import squared_sum
from ..side_by_side import both

BORDER_PX = 8
FINE_PX, COARSE_PX = 1.0, 2.5
"""Widths of the two Gaussians whose difference is sharpness: slopes cancel out, so a
soft shadow has none, while a step of 1 in L has about 0.3."""
LEAST_SHARPNESS = 0.12
"""Lab distance: half a grey level across an edge."""
GRAINS = 4
"""What stands out of the backdrop's grain, in multiples of it."""
STRETCHES, WORST, WORST_GRAINS, FREE = 16, 98, 2.4, 25
"""Into how many stretches the border is parted, the percentile of a stretch's
sharpness that is its worst, how many grains evenly spread grain has there, and how many
per cent of the stretches are free of the garment at least."""
UNEVEN = 1.5
"""How much worse than its usual grain a border is where compression laid it flat and
left steps between its blocks."""
NOISY, COARSER, DROWNED = 0.5, 2.5, 0.4
"""Least sharpness from which noise drowns faint outlines, how much more blurred they
stand out of it, and how much more cloth, relatively, there is if they do."""
SAME_OFFSET = 0.9
"""Lab distance, two grey levels, up to which a pixel is a filled backdrop's."""
SMOOTHEST = 10
"""Per cent of a garment that are its smoothest parts."""
SHADOW_HUE = 2.5
"""Lab distance in hue up to which a shadow on the backdrop is neutral."""


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A flat's backdrop, and how each pixel departs from it.

    Attributes
    ----------
    offset : (H, W, 3) float32
        Lab colour less that of the backdrop, a plane fitted to the border.
    sharpness : (H, W) float32
        Lab distance between the picture slightly and less slightly blurred.
    grain : float
        Typical sharpness of the border; 0 where a retoucher filled it.
    worst_grain : float
        The same by what stretches of the border have at their worst.
    least_gain : float
        How much more cloth, relatively, this reading has to find than the plain one.
    """

    offset: FloatImage
    sharpness: Field
    grain: float
    worst_grain: float
    least_gain: float = 0.0

    @property
    def is_filled(self) -> bool:
        """Whether the backdrop has no grain to speak of."""
        return max(self.grain, self.worst_grain) < LEAST_SHARPNESS / GRAINS

    @property
    def least_sharpness(self) -> float:
        """Sharpness from which a pixel is no backdrop."""
        return max(LEAST_SHARPNESS, GRAINS * self.grain)

    def readings(self) -> tuple["Backdrop", ...]:
        """Return all that the backdrop may be, where its grain is in doubt.

        What is lost between the blocks of a compressed picture, or in noise, cannot be
        told from the border alone.
        """
        if self.worst_grain > max(UNEVEN * self.grain, LEAST_SHARPNESS / GRAINS):
            between = np.sqrt(self.least_sharpness * self.worst_grain / GRAINS)
            grains = (float(between), self.worst_grain)
            return (self, *(replace(self, grain=grain) for grain in grains))
        if self.least_sharpness > NOISY:
            return self, replace(_read(self.offset, COARSER), least_gain=DROWNED)
        return (self,)

    def cropped(self, part: tuple[slice, slice]) -> "Backdrop":
        """Return the backdrop behind a part of the picture."""
        return replace(self, offset=self.offset[part], sharpness=self.sharpness[part])

    def is_same(self) -> Mask:
        """Where a filled backdrop shows, beyond doubt; nowhere without one."""
        if not self.is_filled:
            return np.zeros(self.sharpness.shape, bool)
        return squared_sum(self.offset) < SAME_OFFSET**2

    def as_smooth(self, cloth: Mask | None = None) -> Mask:
        """Where the picture is as smooth as the backdrop: nothing woven is.

        Compression leaves bands in shadows. Where some `cloth` is known, what is nearer
        to the backdrop's smoothness than to that of its smoothest parts counts.
        """
        roughness = cv2.blur(self.sharpness, (9, 9))
        smooth = 1.5 * self.grain + 0.012
        if cloth is not None and cloth.any():
            smoothest = np.percentile(roughness[cloth], SMOOTHEST)
            smooth *= np.sqrt(max(smoothest / smooth, 1))
        return roughness < smooth

    def like_shadow(self, depth: float) -> Mask:
        """Where the colour is the backdrop's, or the backdrop's in a soft shadow.

        `depth` says how much darker, in L, the shadow may be.
        """
        return self._neutral & (self.offset[..., 0] > -depth)

    @cached_property
    def _neutral(self) -> Mask:
        """Where the hue is the backdrop's, and nothing much lighter than it."""
        lightness = self.offset[..., 0]
        squared = squared_sum(self.offset) - lightness**2
        neutral = squared < (SHADOW_HUE + 0.08 * np.abs(lightness)) ** 2
        return neutral & (lightness < 4)

    def beyond_shadow(self, depth: float) -> Field:
        """Return the Lab distance from the backdrop in the nearest shadow on it.

        `depth` says how much darker, in L, the shadow may be.
        """
        lightness = self.offset[..., 0]
        beyond = lightness - np.clip(lightness, -depth, 0)
        return np.sqrt(beyond**2 + squared_sum(self.offset) - lightness**2)


def read_backdrop(lab: FloatImage) -> Backdrop:
    """Fit the backdrop of a flat, (H, W, 3) Lab, to the border of the picture."""
    height, width = lab.shape[:2]
    border = np.ones((height, width), bool)
    border[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = False
    typical = np.median(lab[border], axis=0)
    # The garment may touch the border.
    rows, columns = np.nonzero(border)
    near = ((lab[rows, columns] - typical) ** 2).sum(axis=1) < 8**2
    rows, columns = rows[near], columns[near]
    terms = np.stack([columns / width, rows / height, np.ones(len(rows))], axis=1)
    plane, *_ = np.linalg.lstsq(terms, lab[rows, columns], rcond=None)
    across = np.arange(width)[:, None] / width * plane[0] + plane[2]
    down = np.arange(height)[:, None] / height * plane[1]
    offset = lab - across[None].astype(np.float32)
    offset -= down[:, None].astype(np.float32)
    return _read(offset)


def _read(offset: FloatImage, blur: float = 1.0) -> Backdrop:
    """Measure sharpness and grain, in a picture `blur` times as blurred."""
    sharpness = _sharpness(offset, blur)
    edges = (
        sharpness[:BORDER_PX].T,
        sharpness[-BORDER_PX:].T,
        sharpness[BORDER_PX:-BORDER_PX, :BORDER_PX],
        sharpness[BORDER_PX:-BORDER_PX, -BORDER_PX:],
    )
    stretches = [
        stretch for edge in edges for stretch in np.array_split(edge, STRETCHES // 4)
    ]
    worst = np.percentile([np.percentile(each, WORST) for each in stretches], FREE)
    usual = np.median(np.concatenate([edge.ravel() for edge in edges]))
    return Backdrop(offset, sharpness, float(usual), float(worst) / WORST_GRAINS)


def _sharpness(lab: FloatImage, blur: float) -> Field:
    apart, coarse = both(
        lambda: cv2.GaussianBlur(lab, (0, 0), blur * FINE_PX),
        lambda: cv2.GaussianBlur(lab, (0, 0), blur * COARSE_PX),
    )
    apart -= coarse
    return np.sqrt(squared_sum(apart))
