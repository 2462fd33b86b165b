"""Garment flat -> its cut-out: where a garment is, and its colour without backdrop."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..arrays import Field, Mask, Matte, RGBImage, VisionError
from ..colour import rgb_to_lab, squared_sum
from ..filters import diffuse_coarsely
from ..masks import (
    bounding_box,
    close_gaps,
    dilate,
    drop_small,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
    reached_from,
    soften,
)
from ..side_by_side import both, each
from .backdrop import Backdrop, read_backdrop
from .edge import Edge, find_edge, off_backdrop, trim_rim, without_barbs
from .shadow import (
    DEPTHS,
    asymmetry,
    framed,
    open_holes,
    open_loops,
    shaded_fork,
    smoothness,
    trim_straps,
    without_shadow,
)

MIN_GARMENT_SHARE = 0.02
MAX_GARMENT_SHARE = 0.97
"""Share of the flat's area that a garment covers, at least and at most."""
WOVEN = 0.6
"""Grain, in Lab, from which there is cloth all over the picture and no backdrop."""
SPECK_PX = 40
"""Area of sharp pixels up to which they are grain or dust."""
CLOSE_PX, CLOSE_FAR_PX = 3, 12
"""Half the gap in an outline that is closed at once, and where cloth is behind it."""
THIN_PX = 4
"""Half the width up to which what sticks out is spilled sharpness: straps are marked
wider than they are."""
PATCH_OFFSET, FRAME_SHARE = 6.0, 0.15
"""Lab distance from the backdrop up to which a smooth frame belongs to it, and its
least size, as a share of what it frames and itself."""
BITE, RAGGED = 0.015, 0.002
"""Reach of a bite out of the outline, and size of its rags, in sizes of the flat."""
RINGING, STRONG, BLOCK_PX = 8.0, 25.0, 16
"""Lab distance from a filled backdrop up to which compression may have made it, next to
what differs by the second at least, within a block of JPEG chroma."""
LOST_COUNTS = 0.1
"""What cloth that another reading of the backdrop finds counts beside unevenness."""
RGB_PER_LAB = 2.5
"""RGB distance of about one unit of Lab."""
FORK_SOFT = 0.7
"""Softness, in pixels, of the edges where the gap between two legs narrows."""
NEIGHBOURHOOD_PX = 24
CLEAN_PX = 4
"""Depth from which colours are the garment's own."""


class NoGarmentError(VisionError):
    """No garment stands out from the backdrop of the picture."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """A garment apart from its backdrop.

    Attributes
    ----------
    mask : (H, W) bool
        The garment: one 4-connected piece.
    matte : (H, W) float32
        Coverage of each pixel; soft over about two pixels.
    clean : (H, W, 3) uint8
        The garment's colours, continued outwards so that resampling near the edge never
        mixes in the backdrop.
    trust : (H, W) float32
        In [0, 1], how far the nearest edge was read off single pixels; where garment
        and backdrop hardly differ it is a smooth curve instead.
    contrast : float
        In [0, 1], how far garment and backdrop differ along the edge.
    """

    mask: Mask
    matte: Matte
    clean: RGBImage
    trust: Field
    contrast: float


def cut_out_garment(image: RGBImage) -> Cutout:
    """Separate the garment from the plain backdrop of a flat.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Garment flat at working scale, one garment on a plain or softly graded backdrop.

    Raises
    ------
    NoGarmentError
        If nothing, or nearly everything, differs from the border of the picture, or
        the border is no plain backdrop.

    Notes
    -----
    1. Pixels that are sharper than the backdrop are outline, seams or weave; gaps
       between them are closed and the outline is filled.
    2. Smooth patches of the backdrop that were caught at the edge go, and soft shadows.
    3. Enclosed areas of the backdrop's colour at the sides are see-through holes.
    4. What sharpness spilled outwards is trimmed; the edge becomes a matte.
    """
    backdrop = read_backdrop(rgb_to_lab(image))
    if backdrop.is_filled:
        backdrop = read_backdrop(rgb_to_lab(_calmed(image, backdrop)))
    if backdrop.grain > WOVEN:
        raise NoGarmentError(
            f"The flat's border has a grain of {backdrop.grain:.1f} Lab, like cloth; "
            "expected a garment on a plain backdrop, whole and with some margin."
        )
    backdrop, mask = _most_even(backdrop)
    share = mask.mean()
    if not MIN_GARMENT_SHARE < share < MAX_GARMENT_SHARE:
        raise NoGarmentError(
            f"{share:.0%} of the flat differ from its border; expected one garment on "
            "a plain backdrop, whole and with some margin."
        )
    # From here on, only the garment and what is next to it matters.
    x0, y0, x1, y1 = bounding_box(dilate(mask, NEIGHBOURHOOD_PX))
    near = np.s_[y0:y1, x0:x1]
    edged = _edged(image[near], mask[near], backdrop.cropped(near))
    matte, trust = np.zeros(mask.shape, np.float32), np.ones(mask.shape, np.float32)
    clean = image.copy()
    matte[near], trust[near] = edged.matte, edged.trust
    mask = largest_component(without_barbs(matte > 0.5))
    matte *= dilate(mask, 2)
    clean[near] = clean_colours(image[near], mask[near])
    return Cutout(mask, matte, clean, trust, edged.contrast)


def _edged(image: RGBImage, mask: Mask, backdrop: Backdrop) -> Edge:
    """The edge of a garment from a mask with all that is sharp around it."""
    mask = _without_patches(mask, backdrop)
    mask, like_shadow, is_foreign = without_shadow(mask, backdrop)
    fork = np.zeros(mask.shape, bool)
    if like_shadow is not None:
        empty = backdrop.is_same() if backdrop.is_filled else like_shadow
        mask = open_holes(mask, empty, backdrop)
        fork = shaded_fork(mask, backdrop)
        mask = trim_straps(mask & ~fork, empty, backdrop)
    else:
        mask = _refilled(mask, backdrop) if backdrop.is_filled else _mended(mask)
        mask = open_holes(mask, framed(mask, backdrop), backdrop)
    if backdrop.is_filled:
        mask = trim_rim(image, open_loops(mask, backdrop))
    mask = fill_holes(largest_component(without_barbs(mask)), SPECK_PX)
    if is_foreign:
        off = RGB_PER_LAB * backdrop.beyond_shadow(DEPTHS[0])
        edge = find_edge(image, mask, off, has_shadow=False)
    else:
        off = off_backdrop(image, mask)
        edge = find_edge(image, mask, off, has_shadow=not backdrop.is_filled)
    # Too narrow for a smooth edge.
    return replace(edge, matte=np.minimum(edge.matte, 1 - soften(fork, FORK_SOFT)))


def clean_colours(image: RGBImage, mask: Mask, margin_px: float = CLEAN_PX) -> RGBImage:
    """Return `image` with the garment's inner colours continued beyond its edge."""
    inner = erode(mask, margin_px)
    if not inner.any():
        inner = mask
    spread = diffuse_coarsely(image, inner)
    return np.where(inner[..., None], image, np.clip(spread, 0, 255)).astype(np.uint8)


def _calmed(image: RGBImage, backdrop: Backdrop) -> RGBImage:
    """Take off what compression left around strong edges on a filled backdrop."""
    squared = squared_sum(backdrop.offset)
    is_spoilt = (squared < RINGING**2) & dilate(squared > STRONG**2, BLOCK_PX)
    return np.where(is_spoilt[..., None], cv2.medianBlur(image, 5), image)


def _most_even(backdrop: Backdrop) -> tuple[Backdrop, Mask]:
    """Return the reading of a backdrop that gives the most even outline, and that.

    Where grain passes for an outline it frays, where an outline passes for grain cloth
    is lost on one side; but none is even because it is small or all of the picture.
    """
    readings = backdrop.readings()
    if len(readings) == 1:
        return backdrop, _outline(backdrop)
    outlines = each(_outline, readings)
    most = max(outline.mean() for outline in outlines)

    def faults(outline: Mask) -> float:
        lost = LOST_COUNTS * (1 - outline.mean() / max(most, 1e-6))
        sides = outline[0], outline[-1], outline[:, 0], outline[:, -1]
        beyond = min(side.mean() for side in sides)
        return asymmetry(outline) + 1 - smoothness(outline) + lost + beyond

    pairs = [
        (reading, outline)
        for reading, outline in zip(readings, outlines, strict=True)
        if outline.mean() >= (1 + reading.least_gain) * outlines[0].mean()
        or not reading.least_gain
    ]
    return min(pairs, key=lambda pair: faults(pair[1]))


def _outline(backdrop: Backdrop) -> Mask:
    """The garment without holes, with what its outline spilled outwards."""
    sharp = drop_small(backdrop.sharpness > backdrop.least_sharpness, SPECK_PX)
    sharp |= squared_sum(backdrop.offset) > STRONG**2
    mask, more = both(
        lambda: _filled(sharp, CLOSE_PX), lambda: _filled(sharp, CLOSE_FAR_PX)
    )
    # A gap in the outline loses the cloth behind it, which is not as smooth as the
    # backdrop in a gap between sleeve and body is.
    lost = open_bridges(more & ~mask & ~backdrop.as_smooth(mask), CLOSE_PX)
    if lost.any():
        mask = fill_holes(close_gaps(mask | lost, CLOSE_PX))
    return _largest_pieces(mask)


def _filled(marked: Mask, reach_px: int) -> Mask:
    margin = 2 * CLOSE_FAR_PX
    filled = fill_holes(close_gaps(np.pad(marked, margin), reach_px))
    return _largest_pieces(
        open_bridges(filled, THIN_PX)[margin:-margin, margin:-margin]
    )


def _largest_pieces(mask: Mask) -> Mask:
    """The largest component and any of an eighth of its size (ties, straps)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= 0.12 * areas[1:].max()
    keep[0] = False
    return keep[labels]


def _without_patches(mask: Mask, backdrop: Backdrop) -> Mask:
    """Drop a smooth frame around the garment: a picture pasted on a like backdrop."""
    if not backdrop.is_filled:
        return mask
    near = squared_sum(backdrop.offset) < PATCH_OFFSET**2
    smooth = open_bridges(mask & near & backdrop.as_smooth(), THIN_PX)
    frame = reached_from(mask & ~erode(mask, 3.5 * THIN_PX), smooth)
    if frame.sum() < FRAME_SHARE * mask.sum():
        return mask
    rest = open_bridges(mask & ~dilate(frame, 2 * THIN_PX), THIN_PX)
    # What is mostly frame is a drawing of a garment in one colour.
    return _largest_pieces(rest) if 2 * rest.sum() > mask.sum() else mask


def _mended(mask: Mask) -> Mask:
    """Close what was bitten out of one side only, and smooth the outline.

    White on white, an outline is lost in places, seldom in the same on both sides.
    """
    size = max(mask.shape)
    reach = round(BITE * size)
    closed = close_gaps(np.pad(mask, reach), reach)[reach:-reach, reach:-reach]
    mended = mask | closed & _mirrored(mask)
    return fill_holes(soften(mended, RAGGED * size) > 0.5)


def _refilled(mask: Mask, backdrop: Backdrop) -> Mask:
    """Fill what was bitten out of one side only and has not a filled backdrop's colour.

    It lies between cloth, and on the other side there is cloth.
    """
    bitten = open_bridges(_between(mask) & ~backdrop.is_same(), THIN_PX)
    return fill_holes(mask | bitten & _mirrored(mask))


def _mirrored(mask: Mask) -> Mask:
    """Return `mask` mirrored within its box."""
    x0, _, width, _ = cv2.boundingRect(mask.astype(np.uint8))
    mirrored = np.zeros_like(mask)
    mirrored[:, x0 : x0 + width] = mask[:, x0 : x0 + width][:, ::-1]
    return mirrored


def _between(mask: Mask) -> Mask:
    """Return what has some of `mask` on either side in its row."""
    before = np.maximum.accumulate(mask, axis=1)
    after = np.maximum.accumulate(mask[:, ::-1], axis=1)[:, ::-1]
    return before & after & ~mask
