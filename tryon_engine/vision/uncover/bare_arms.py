"""Arms without sleeves: their middle line and their girth.

Read off cross sections of the picture: where an arm is bare, from its own edges; under
a sleeve, from the sleeve's, which can only be wider.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import SIDES, Field, Points, Side, grid, sample_indices
from ..masks import segment_distance
from ..person.anatomy import HAND_REACH
from ..person.body import BodyFrame, Keypoints, Part, PersonReading

STATIONS = np.linspace(0.2, 2.3, 43, dtype=np.float32)
"""Where arms are cut, in `along`: 0 shoulder, 1 elbow, 2 wrist."""
BARE_AT = (0, 0.3, 0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.5, 1.7, 1.85, 2.0, 2.3)
BARE_HALF_WIDTHS = (
    *(0.112, 0.112, 0.114, 0.110, 0.105, 0.104, 0.108),
    *(0.105, 0.092, 0.075, 0.065, 0.064, 0.075),
)
"""Half widths of bare arms in shoulder widths: medians measured on photographs."""
USUAL_ARM = 1.62
"""Shoulder to wrist in shoulder widths. The arms of a turned body look longer than
that, and thicker."""
GIRTHS = 0.75, 1.6
REACH = 0.34
"""Half length of a cut in shoulder widths."""
MAX_SHIFT = 0.07
"""How far a joint may lie off the middle of its limb, in shoulder widths."""
SLEEVE_EASE = 1.06
"""Even a tight sleeve is wider than the arm in it."""
MIN_CUTS = 3
BEHIND_TRUST = 0.5
"""How much the outer edge of an arm half behind the trunk tells, over both edges."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """Cross sections of one arm at `STATIONS`, all (43,).

    Attributes
    ----------
    part : uint8
        What is cut, as `Part`.
    outer, inner : float32
        Pixels from the axis outwards and inwards to where that part ends.
    beyond_outer, beyond_inner : int
        The part that follows; -1 where no end was found.
    edge : float32
        Pixels from the axis outwards to where the person ends.
    last : int
        The part there; -1 where no end was found.
    """

    part: np.ndarray
    outer: np.ndarray
    inner: np.ndarray
    beyond_outer: np.ndarray
    beyond_inner: np.ndarray
    edge: np.ndarray
    last: np.ndarray

    @property
    def half(self) -> np.ndarray:
        return (self.outer + self.inner) / 2

    @property
    def off(self) -> np.ndarray:
        """How far outwards of the axis the middle lies, in pixels."""
        return (self.outer - self.inner) / 2

    def is_whole(self, expected: np.ndarray) -> np.ndarray:
        """Return where both edges are the limb's own, (43,) bool.

        `expected` are half widths in pixels of the bare arm.
        """
        ends = (self.beyond_outer >= 0) & (self.beyond_inner >= 0)
        plausible = (self.half > 0.65 * expected) & (self.half < 1.7 * expected)
        free = (self.beyond_outer == 0) & (self.beyond_inner == 0)
        # Half an arm may be behind the trunk.
        in_front = free | (self.half > 0.85 * expected)
        is_skin = (self.part == Part.SKIN) & in_front
        # Sleeves before trousers have edges, before the top they have none.
        apart = (self.beyond_outer != Part.UPPER) & (self.beyond_inner != Part.UPPER)
        is_sleeve = (self.part == Part.UPPER) & apart
        return ends & plausible & (is_skin | is_sleeve)


@dataclass(frozen=True, eq=False)
class BareArm:
    """The bare arm, for every pixel of the picture.

    Attributes
    ----------
    along : (H, W) float32
        0 shoulder, 1 elbow, 2 wrist, 3 finger tips.
    across : (H, W) float32
        Signed: -1 at the inner edge, 1 at the outer edge.
    half_width : (H, W) float32
        In pixels.
    """

    along: Field
    across: Field
    half_width: Field


def expected_half_width(along: np.ndarray) -> np.ndarray:
    """Return half widths of a usual bare arm in shoulder widths."""
    return np.interp(along, BARE_AT, BARE_HALF_WIDTHS).astype(np.float32)


def cut_arm(
    keypoints: Keypoints, frame: BodyFrame, parsing: np.ndarray, side: Side
) -> Cuts:
    """Cut an arm across at `STATIONS`."""
    reach = round(REACH * frame.shoulder_width)
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    places, normals = _axis(keypoints, side)
    spots = places[:, None] + normals[:, None] * steps[None, :, None]
    rows, columns = sample_indices(spots + 0.5, parsing.shape)
    labels = parsing[rows, columns].astype(int)
    height, width = parsing.shape
    x, y = spots[..., 0], spots[..., 1]
    labels[(x < 0) | (y < 0) | (x >= width) | (y >= height)] = -1
    part = labels[:, reach]
    same = labels == part[:, None]
    outer, beyond_outer = _run(same[:, reach:], labels[:, reach:])
    inner, beyond_inner = _run(same[:, reach::-1], labels[:, reach::-1])
    edge, beyond = _run(labels[:, reach:] != Part.BACKGROUND, labels[:, reach:])
    last = labels[np.arange(len(labels)), reach + np.maximum(edge.astype(int), 1) - 1]
    last = np.where(beyond == Part.BACKGROUND, last, -1)
    return Cuts(part, outer, inner, beyond_outer, beyond_inner, edge, last)


def centre_arms(
    keypoints: Keypoints, frame: BodyFrame, parsing: np.ndarray
) -> Keypoints:
    """Return the keypoints with elbows and wrists in the middle of the arms.

    The pose network sees them a little off: enough for a sleeve to hang beside its arm.
    """
    array = keypoints.array.copy()
    expected = expected_half_width(STATIONS) * frame.shoulder_width
    limit = MAX_SHIFT * frame.shoulder_width
    for side in SIDES:
        cuts = cut_arm(keypoints, frame, parsing, side)
        _, normals = _axis(keypoints, side)
        whole = cuts.is_whole(expected * _length_girth(keypoints, frame, side))
        for name, since, until in (("elbow", 0.85, 1.15), ("wrist", 1.72, 1.98)):
            here = whole & (since < STATIONS) & (until > STATIONS)
            if here.sum() < MIN_CUTS:
                continue
            off = float(np.clip(np.median(cuts.off[here]), -limit, limit))
            row = keypoints.row(side, name)
            array[row, :2] += off * normals[here].mean(axis=0)
    return replace(keypoints, array=array)


def arm_girth(person: PersonReading, side: Side) -> float:
    """Return how thick an arm is, in usual bare arms of this shoulder width.

    From where it is bare; else no thicker than its sleeve; else from its length.
    """
    usual = _length_girth(person.keypoints, person.frame, side)
    expected = expected_half_width(STATIONS) * person.shoulder_width
    cuts = cut_arm(person.keypoints, person.frame, person.parsing, side)
    whole = cuts.is_whole(expected * usual) & (STATIONS > 0.35) & (STATIONS < 1.95)
    ratios = cuts.half / expected
    bare = whole & (cuts.part == Part.SKIN)
    sleeve = whole & (cuts.part == Part.UPPER)
    if bare.sum() >= MIN_CUTS:
        girth = float(np.median(ratios[bare]))
    elif sleeve.sum() >= MIN_CUTS:
        tightest = float(np.percentile(ratios[sleeve], 20)) / SLEEVE_EASE
        girth = min(tightest, 1.15 * usual)
    else:
        girth = usual
    return float(np.clip(girth, *GIRTHS))


def bare_arm_shape(person: PersonReading, side: Side) -> BareArm:
    """Return where the bare arm is, also under its sleeve."""
    arm = person.arms[side]
    off, half = middle_and_half(person, side)
    box = (arm.across < 3) & (arm.along < 2.6)
    rows, columns = np.flatnonzero(box.any(1)), np.flatnonzero(box.any(0))
    along = arm.along.copy()
    across = np.full(person.size, np.inf, np.float32)
    width = np.ones(person.size, np.float32)
    if rows.size:
        window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        x, y = (coordinate[window] for coordinate in grid(person.size))
        along[window], apart = _nearest_on_axis(person.keypoints, side, x, y)
        width[window] = np.interp(along[window], STATIONS, half)
        middle = np.interp(along[window], STATIONS, off)
        across[window] = (apart - middle) / width[window]
    return BareArm(along, across, width)


def middle_and_half(person: PersonReading, side: Side) -> tuple[np.ndarray, np.ndarray]:
    """Return, at `STATIONS`, the arm's offset from the axis and half width in pixels.

    A sleeve that ends on the arm passes over into the bare arm that is seen there.
    """
    unit = person.shoulder_width
    girth = arm_girth(person, side)
    half = expected_half_width(STATIONS) * unit * girth
    cuts = cut_arm(person.keypoints, person.frame, person.parsing, side)
    whole = cuts.is_whole(half)
    bare = whole & (cuts.part == Part.SKIN)
    # Against the trunk only the outer edge of a sleeve tells.
    sleeve = ~bare & (whole | (cuts.part == Part.UPPER) & (cuts.beyond_outer == 0))
    # So does that of a bare arm which the trunk half hides.
    behind = ~whole & (cuts.last == Part.SKIN)
    off = np.where(whole, cuts.off, cuts.outer - SLEEVE_EASE * half)
    limit = MAX_SHIFT * unit
    off = np.clip(np.where(bare | sleeve, off, 0), -limit, limit)
    off = np.where(behind, np.clip(cuts.edge - half, -2 * limit, limit), off)
    ratio = np.where(bare, np.clip(cuts.half / half, 0.75, 1.35), 1)
    trust = np.select([bare, behind, sleeve], [1.0, BEHIND_TRUST, 0.1], 0.02)
    off, ratio = _averaged(off, trust, 3), _averaged(ratio, np.maximum(trust, 0.1), 2)
    return off.astype(np.float32), (half * ratio).astype(np.float32)


def _averaged(values: np.ndarray, trust: np.ndarray, sigma: float) -> np.ndarray:
    """Return values along the arm, smoothed, the trusted ones more than the others."""
    total = gaussian_filter1d(values * trust, sigma, mode="nearest")
    return total / gaussian_filter1d(trust, sigma, mode="nearest")


def _length_girth(keypoints: Keypoints, frame: BodyFrame, side: Side) -> float:
    """Return how much thicker than usual an arm must be for its length.

    Only longer counts: shorter arms point at the camera.
    """
    shoulder, elbow, wrist = (
        keypoints.joint(side, name) for name in ("shoulder", "elbow", "wrist")
    )
    length = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
    share = float(length) / (USUAL_ARM * frame.shoulder_width)
    return max(share, 1.0) ** 0.5


def _axis(keypoints: Keypoints, side: Side) -> tuple[Points, Points]:
    """Return places on the axis at `STATIONS` and unit vectors outwards."""
    joints = _joints(keypoints, side)
    places = np.stack(
        [np.interp(STATIONS, np.arange(4), joints[:, axis]) for axis in (0, 1)], axis=1
    )
    ways = gaussian_filter1d(np.gradient(places, axis=0), 2, axis=0, mode="nearest")
    ways /= np.linalg.norm(ways, axis=1, keepdims=True) + 1e-6
    handed = 1 if side == "left" else -1
    normals = np.stack([-ways[:, 1], ways[:, 0]], axis=1) * handed
    return places.astype(np.float32), normals.astype(np.float32)


def _run(same: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many pixels each row goes on as it began, and what follows."""
    ends = ~same
    found = ends.any(axis=1)
    length = np.where(found, ends.argmax(axis=1), same.shape[1])
    follows = labels[np.arange(len(labels)), np.minimum(length, same.shape[1] - 1)]
    return length.astype(np.float32), np.where(found, follows, -1)


def _nearest_on_axis(
    keypoints: Keypoints, side: Side, x: Field, y: Field
) -> tuple[Field, Field]:
    """Return where along the arm points are, and how far off it, positive outwards."""
    joints = _joints(keypoints, side)
    handed = 1 if side == "left" else -1
    along = np.zeros(x.shape, np.float32)
    apart = np.full(x.shape, np.inf, np.float32)
    for number, (start, end) in enumerate(zip(joints[:-1], joints[1:], strict=True)):
        distance, part = segment_distance(x, y, start, end)
        way = end - start
        is_out = ((x - end[0]) * -way[1] + (y - end[1]) * way[0]) * handed > 0
        nearer = distance < np.abs(apart)
        along[nearer] = part[nearer] + number
        apart[nearer] = np.where(is_out, distance, -distance)[nearer]
    return along, apart


def _joints(keypoints: Keypoints, side: Side) -> Points:
    """Return shoulder, elbow, wrist and finger tips, (4, 2)."""
    shoulder, elbow, wrist = (
        keypoints.joint(side, name) for name in ("shoulder", "elbow", "wrist")
    )
    finger_tips = wrist + (keypoints.hand(side) - wrist) * HAND_REACH
    return np.stack([shoulder, elbow, wrist, finger_tips])
