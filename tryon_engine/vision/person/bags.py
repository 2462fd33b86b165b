"""Things held in a hand before the clothes: bags, clutches, phones."""

import cv2
import numpy as np

from ..arrays import SIDES, Field, Mask, Side
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    drop_small,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
)
from .body import Part
from .colours import Colours
from .cues import Cues

REACH = 0.9
"""How far from the knuckles a held thing is looked for, in shoulder widths."""
ABOVE = 0.45
"""How far above the knuckles: things hang."""
STRANGENESS = 2.2
"""Surprise above the usual of the same clothes elsewhere, from which a colour is not
theirs."""
GRIP = 0.16
ORDINARY = 0.3
CONTEXT_PX = 12
MIN_AREA, MAX_AREA = 0.03, 0.5
"""In squared shoulder widths."""
TOUCH = 0.08
"""Largest gap between hand and thing, in shoulder widths."""
EDGE = 4.0
"""Change of colour at a thing's border; the shade on a skirt's side has half."""
MIN_SOLID = 0.42
"""Share of its convex hull that a thing fills."""
MIN_RADIUS = 0.075
"""Of the largest disk in a thing, in shoulder widths: hems and seams are thinner."""
MIN_BESIDE = 0.2
"""Share of a thing that sticks out beside the body; shadows and folds do not."""


def find_bags(cues: Cues, colours: Colours, labels: np.ndarray) -> Mask:
    """Return what the hands hold, (h, w) bool.

    Parameters
    ----------
    cues : Cues
    colours : Colours
    labels : (h, w) uint8 of `Part`
        Held things pass for clothes in it.

    Notes
    -----
    A thing is of colours that the clothes behind it have nowhere else, hangs together
    with a hand, is compact, and sticks out beside the legs.
    """
    held = np.zeros(cues.size, bool)
    unit = cues.frame.shoulder_width / (cues.x[0, 1] - cues.x[0, 0])
    strange = _strangeness(cues, colours, labels)
    for side in SIDES:
        near = _near_hand(cues, side)
        skin = _hand(cues, near & (labels == Part.SKIN), side)
        if skin.sum() < 20:
            continue
        odd = close_gaps(near & (strange > STRANGENESS), 2)
        odd = drop_small(odd & (labels != Part.SKIN), 0.002 * unit**2)
        touching = dilate(skin, TOUCH * unit)
        parts = [
            part
            for part in components(close_gaps(odd, 0.03 * unit), MIN_AREA * unit**2)
            if (part & touching).any() and part.sum() < MAX_AREA * unit**2
        ]
        for part in parts:
            hull = fill_holes(_hull(part) & (cues.matte > 0.5) & (labels != Part.SKIN))
            solid = (part & hull).sum() / max(hull.sum(), 1)
            beside = (_beside_body(cues, side) & part).sum() / part.sum()
            is_thing = solid > MIN_SOLID and beside > MIN_BESIDE
            is_thing &= bool(erode(hull, MIN_RADIUS * unit).any())
            if is_thing and _edge(cues, part) > EDGE:
                thing = _without_clothes(hull, strange)
                # Handles and what the fingers hold are too small to be cut out.
                grip = thing & dilate(skin, GRIP * unit)
                held |= grip | _cut_out(cues, thing, labels)
    return held & (labels != Part.SKIN)


def _without_clothes(hull: Mask, strange: Field) -> Mask:
    """Return the hull of a thing less what it cuts off from the clothes around.

    What the thing encloses stays: it may have colours of the clothes.
    """
    ordinary = open_bridges(hull & (strange < ORDINARY), 2)
    rim = dilate(~hull, 2)
    for part in components(ordinary, 12):
        if (part & rim).any():
            hull = hull & ~part
    return largest_component(open_bridges(hull, 2))


def _cut_out(cues: Cues, thing: Mask, labels: np.ndarray) -> Mask:
    """Return a thing with its outline moved to the nearest edges [1]_.

    References
    ----------
    .. [1] Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004,
       doi:10.1145/1015706.1015720
    """
    x0, y0, x1, y1 = bounding_box(dilate(thing, CONTEXT_PX))
    box = np.s_[y0:y1, x0:x1]
    inside, skin = thing[box], labels[box] == Part.SKIN
    trimap = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[~dilate(inside, 3) | skin] = cv2.GC_BGD
    core = erode(inside, max(0.2 * np.sqrt(inside.sum()), 3))
    trimap[core] = cv2.GC_FGD
    if not core.any():
        return thing
    cv2.setRNGSeed(0)
    cv2.grabCut(
        np.ascontiguousarray(cues.image[box]),
        trimap,
        None,
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        3,
        cv2.GC_INIT_WITH_MASK,
    )
    cut = np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD))
    cut = fill_holes(largest_component(open_bridges(cut, 2))) & ~skin
    outlined = np.zeros(thing.shape, bool)
    outlined[box] = cut
    # A thing of many colours may fall apart.
    return outlined if cut.sum() > 0.6 * inside.sum() else thing


def _edge(cues: Cues, thing: Mask) -> float:
    """Return how sharply a thing is set off from the clothes around it.

    The usual change of colour across its border, in Lab per pixel; without the
    silhouette, which is sharp for folds and shadows too.
    """
    x0, y0, x1, y1 = bounding_box(dilate(thing, 4))
    box = np.s_[y0:y1, x0:x1]
    border = dilate(thing, 2) & ~erode(thing, 2)
    border &= erode(cues.matte > 0.5, 4)
    inside = border[box]
    if inside.sum() < 10:
        return 0.0
    lab = np.ascontiguousarray(cues.lab[box])
    change = [cv2.Sobel(lab, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1))]
    steps = np.linalg.norm(np.concatenate(change, axis=2), axis=2)
    # The sharpest pixel across the border counts, not its blurred flanks.
    steps = cv2.dilate(steps, np.ones((3, 3)))
    return float(np.median(steps[inside]))


def _strangeness(cues: Cues, colours: Colours, labels: np.ndarray) -> Field:
    """Return how much more surprising than usual a colour is on its clothes."""
    strange = np.zeros(cues.size, np.float32)
    for part, model in ((Part.UPPER, colours.upper), (Part.LOWER, colours.lower)):
        here = labels == part
        surprise = cv2.blur(model.surprise(cues.lab).astype(np.float32), (3, 3))
        away = erode(here, 3)
        for side in SIDES:
            away &= ~_near_hand(cues, side)
        if away.sum() < 100:
            away = erode(here, 3)
        if not away.any():
            continue
        usual = np.percentile(surprise[away], 80)
        strange = np.where(here, surprise - usual, strange)
    return strange


def _near_hand(cues: Cues, side: Side) -> Mask:
    hand = cues.keypoints.hand(side)
    reach = REACH * cues.frame.shoulder_width
    near = np.hypot(cues.x - hand[0], cues.y - hand[1]) < reach
    return near & (cues.y > hand[1] - ABOVE * cues.frame.shoulder_width)


def _hand(cues: Cues, skin: Mask, side: Side) -> Mask:
    """Return the skin that hangs together with the hand."""
    x, y = cues.keypoints.hand(side)
    parts = components(skin, 20)
    if not parts:
        return skin & False
    apart = np.hypot(cues.x - x, cues.y - y)
    return min(parts, key=lambda part: float(apart[part].min()))


def _beside_body(cues: Cues, side: Side) -> Mask:
    """Return what lies outside of hip, thigh and knee, seen from the axis."""
    outside = np.ones(cues.size, bool)
    outside &= ~cues.limb("hip", "knee", part=(-0.3, 1.4), width=0.24)
    return outside & (np.abs(cues.across) > 0.3)


def _hull(mask: Mask) -> Mask:
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(np.int32)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(canvas, cv2.convexHull(points), 1)
    return canvas > 0
