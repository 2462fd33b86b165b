"""Where clothes crease on a body: drawn from what pulls on them and where they hang.

The same garment on the same person creases the same way every time.
"""

import zlib

import numpy as np

from ..arrays import OUTWARD, SIDES, Point, Points, Side
from ..fit.pieces import Fit, crotch_down, smoothstep
from ..garment.reading import GarmentReading
from ..person.body import PersonReading
from .creases import Crease, bent
from .relief import Trunk

WAIST = 0.70
"""Torso lengths below the shoulders."""
LOOSE_FROM, LOOSE_TO = 1.03, 1.30
"""Width of cloth over that of the body between which it passes from tight to loose."""


def seeded(person: PersonReading, garment: GarmentReading) -> np.random.Generator:
    """Return a generator that depends on person and garment only."""
    seed = zlib.crc32(garment.mask.tobytes())
    seed = zlib.crc32(np.round(person.keypoints.array).tobytes(), seed)
    return np.random.default_rng(seed)


class Drape:
    """Creases of one garment on one person.

    Parameters
    ----------
    person : PersonReading
    trunk : Trunk
        The garment's edges at working scale.
    rng : numpy.random.Generator
    """

    def __init__(
        self, person: PersonReading, trunk: Trunk, rng: np.random.Generator
    ) -> None:
        self.person, self.trunk, self.rng = person, trunk, rng
        self.unit = person.shoulder_width

    def place(self, across: float, down: float) -> Point:
        """Return the point at `across` (-1 to 1) of the cloth's row at `down`."""
        row = self.person.shoulder_centre[1] + down * self.person.torso_length
        return self.trunk.place(np.array([across]), np.array([row]))[0]

    def vary(self, value: float, share: float = 0.25) -> float:
        """Return `value`, changed at random by up to a share of it."""
        return float(value * (1 + share * self.rng.uniform(-1, 1)))

    def either(self) -> int:
        """Return -1 or 1."""
        return int(self.rng.choice([-1, 1]))

    def jitter(self, reach: float) -> float:
        return float(self.rng.uniform(-reach, reach))

    def ratio(self, down: float) -> float:
        """Width of the cloth over that of the body."""
        row = self.person.shoulder_centre[1] + down * self.person.torso_length
        row_index = int(np.clip(row, 0, len(self.trunk.half) - 1))
        body = sum(float(self.person.outline.half(side, down)) for side in SIDES) / 2
        return float(self.trunk.half[row_index]) / max(body, 1.0)

    def looseness(self, down: float) -> float:
        """0 where the cloth is as wide as the body, 1 where it hangs free."""
        return float(smoothstep(self.ratio(down), LOOSE_FROM, LOOSE_TO))


def top_creases(drape: Drape, fit: Fit) -> list[Crease]:
    """Return the creases of a top's torso, or of a dress down to the hips."""
    hem = min(fit.hem_down, 1.15)
    creases = []
    for side in SIDES:
        if side in fit.armpits:
            creases += _armpit_pulls(drape, fit.armpits[side], side)
        creases += _waist_folds(drape, side, hem)
        creases += _hanging_folds(drape, side, hem)
    return creases


def _armpit_pulls(drape: Drape, armpit: Point, side: Side) -> list[Crease]:
    """Cloth is drawn from the armpit over the chest and down the flank."""
    out = OUTWARD[side]
    down = float(armpit[1] - drape.person.shoulder_centre[1])
    down /= drape.person.torso_length
    start = np.asarray(armpit) + np.array([-out * 0.01, -0.02]) * drape.unit
    pulls = (  # (across, way down, width, depth, sag)
        (0.45, 0.04, 0.032, 0.45, 0.10),
        (0.48, 0.17, 0.032, 0.70, 0.12),
        (0.66, 0.30, 0.050, 0.65, 0.10),
    )
    skipped = drape.rng.integers(len(pulls) + 1)
    creases = []
    for number, (across, way, width, depth, sag) in enumerate(pulls):
        if number == skipped:
            continue
        end = drape.place(out * drape.vary(across, 0.3), down + drape.vary(way, 0.35))
        path = bent(start, end, out * drape.vary(sag, 0.6))
        creases.append(Crease(path, width, drape.vary(depth, 0.4), side=drape.either()))
    return creases


def _waist_folds(drape: Drape, side: Side, hem: float) -> list[Crease]:
    """Cloth that is wider than the waist folds at the sides; tight cloth is drawn."""
    out = OUTWARD[side]
    loose = drape.looseness(min(WAIST, hem - 0.1))
    last = min(hem - 0.06, 0.98)
    ratio = drape.ratio(min(WAIST, hem - 0.1))
    # Cloth that stands off the waist altogether hangs straight.
    near = 1 - float(smoothstep(ratio, 1.3, 1.8))
    creases = []
    for _ in range(drape.rng.integers(2, 5)):
        at = float(drape.rng.uniform(min(0.46, last), last))
        rise = drape.vary(0.16, 0.7) * (1 if at > WAIST - 0.08 else -0.7)
        start = drape.place(out * drape.vary(0.98, 0.08), at)
        end = drape.place(out * drape.vary(0.45, 0.7), at - rise)
        path = bent(start, end, out * drape.jitter(0.14))
        depth = near * drape.vary(0.45 + 0.35 * loose, 0.5)
        width = (0.020, 0.032, 0.050)[drape.rng.integers(3)]
        creases.append(Crease(path, width, depth, side=drape.either()))
    return creases


def _hanging_folds(drape: Drape, side: Side, hem: float) -> list[Crease]:
    """Loose cloth hangs from the chest in soft, nearly upright folds."""
    out = OUTWARD[side]
    loose = drape.looseness(hem - 0.05)
    if hem < 0.55:
        return []
    creases = []
    for across in (0.30, 0.66):
        from_down = drape.vary(0.50, 0.2)
        start = drape.place(out * drape.vary(across, 0.2), from_down)
        end = drape.place(out * drape.vary(across + 0.06, 0.2), hem + 0.02)
        path = bent(start, end, drape.jitter(0.06))
        depth = drape.vary(0.15 + 0.40 * loose, 0.3)
        creases.append(Crease(path, 0.080, depth, open_end=True))
    return creases


def sleeve_creases(
    drape: Drape, side: Side, armpit: Point, cuff_along: float
) -> list[Crease]:
    """Return creases at the armhole, at the bend of the elbow and above the cuff."""
    person, unit, out = drape.person, drape.unit, OUTWARD[side]
    shoulder, elbow, wrist = (
        np.asarray(person.joint(side, name)) for name in ("shoulder", "elbow", "wrist")
    )

    def at(along: float, across: float) -> Point:
        """A point of the arm; across is 1 at its outer edge."""
        first, last = (shoulder, elbow) if along < 1 else (elbow, wrist)
        way = last - first
        normal = np.array([-way[1], way[0]]) / (np.linalg.norm(way) + 1e-6)
        normal = normal if normal[0] * out > 0 else -normal
        return (
            first
            + way * (along % 1 if along < 2 else 1)
            + normal * (across * 0.125 * unit)
        )

    creases = []
    for along, across, depth in (
        (0.22, 0.75, 0.6),
        (0.48, 0.6, 0.75),
        (0.72, 0.4, 0.5),
    ):
        if along > cuff_along - 0.08:
            continue
        end = at(drape.vary(along, 0.15), across)
        path = bent(armpit, end, -out * drape.vary(0.10, 0.6))
        creases.append(Crease(path, 0.032, drape.vary(depth, 0.3), side=drape.either()))
    if cuff_along < 0.9:
        return creases
    for along in (0.84, 0.95, 1.06, 1.20):
        if along > cuff_along - 0.05:
            break
        lean = drape.jitter(0.10)
        path = bent(at(along - lean, -1.1), at(along + lean, 0.5), drape.jitter(0.12))
        creases.append(Crease(path, 0.032, drape.vary(0.75, 0.3), side=drape.either()))
    for along in np.arange(1.42, min(cuff_along, 2.0) - 0.05, 0.16):
        lean, inner = drape.vary(0.10, 0.5), drape.either()
        path = bent(
            at(along - lean, inner), at(min(along + lean, 1.98), -0.3 * inner), 0.06
        )
        creases.append(Crease(path, 0.020, drape.vary(0.5, 0.4), side=drape.either()))
    return creases


def skirt_creases(drape: Drape, first_down: float, hem_down: float) -> list[Crease]:
    """Return flutes that open towards the hem, as many as there is cloth for."""
    hips = min(max(first_down, 1.0), hem_down - 0.05)
    rows = [
        int(drape.person.shoulder_centre[1] + down * drape.person.torso_length)
        for down in (hips, hem_down)
    ]
    last = len(drape.trunk.half) - 1
    at_hips, at_hem = (float(drape.trunk.half[np.clip(r, 0, last)]) for r in rows)
    fullness = float(np.clip((at_hem / max(at_hips, 1) - 0.98) / 0.55, 0, 1))
    count = 3 + round(4 * fullness)
    creases = []
    for number in range(count):
        middle = -1 + 2 * (number + 0.5) / count
        across = middle + drape.jitter(0.35 / count)
        start_down = hips + drape.vary(0.18, 0.9) * (hem_down - hips)
        start = drape.place(0.92 * across, start_down)
        end = drape.place(across + drape.jitter(0.04), hem_down + 0.02)
        path = bent(start, end, drape.jitter(0.03))
        depth = drape.vary(0.22 + 0.6 * fullness, 0.35)
        width = (0.050, 0.080)[drape.rng.integers(2)]
        creases.append(Crease(path, width, depth, open_end=True))
    return creases + _hip_pulls(drape, 1 - fullness, hem_down)


def _hip_pulls(drape: Drape, tight: float, hem_down: float) -> list[Crease]:
    """A narrow skirt is drawn across lap and thighs."""
    creases = []
    for side in SIDES:
        out = OUTWARD[side]
        for down in (1.04, 1.18):
            if down > hem_down - 0.1:
                continue
            start = drape.place(out, down + drape.jitter(0.04))
            end = drape.place(out * drape.vary(0.40, 0.4), down + drape.vary(0.07, 0.9))
            path = bent(start, end, out * drape.vary(0.08, 0.8))
            creases.append(
                Crease(path, 0.050, tight * drape.vary(0.36, 0.4), side=drape.either())
            )
    return creases


def trouser_creases(drapes: dict[Side, Drape], hem_down: float) -> list[Crease]:
    """Return creases of trousers: from the crotch, at the knees, above the shoes.

    `drapes` are those of either leg.
    """
    creases = []
    for side in SIDES:
        creases += _leg_creases(drapes[side], side, hem_down)
    return creases


def _leg_creases(drape: Drape, side: Side, hem_down: float) -> list[Crease]:
    person, out = drape.person, OUTWARD[side]
    crotch_at = crotch_down(person)
    crotch = person.frame.place(crotch_at, 0.0)
    creases = []
    whiskers = (  # (across, above the crotch, width, depth)
        (0.55, 0.16, 0.020, 0.45),
        (0.75, 0.07, 0.032, 0.42),
        (0.60, -0.06, 0.032, 0.32),
        (0.35, -0.22, 0.050, 0.35),
    )
    for across, above, width, depth in whiskers:
        end = drape.place(out * drape.vary(across, 0.2), crotch_at - above)
        start = crotch + np.array([out * 0.02, drape.jitter(0.02)]) * drape.unit
        path = bent(start, end, out * drape.vary(0.06, 0.8))
        creases.append(Crease(path, width, drape.vary(depth, 0.3), side=drape.either()))
    knee = _down(person, person.joint(side, "knee"))
    ankle = _down(person, person.joint(side, "ankle"))
    for off in (-0.10, 0.02, 0.13):
        down = knee + off + drape.jitter(0.03)
        if down > hem_down - 0.12:
            continue
        edge = drape.either()
        start, end = drape.place(edge, down), drape.place(-0.3 * edge, down + 0.07)
        creases.append(
            Crease(
                bent(start, end, drape.jitter(0.12)),
                0.032,
                drape.vary(0.6, 0.35),
                side=drape.either(),
            )
        )
    # A soft fold runs down the front of the leg.
    start = drape.place(drape.jitter(0.2), crotch_at + 0.15)
    end = drape.place(0.15 * out, min(hem_down, ankle) - 0.1)
    creases.append(Crease(bent(start, end, drape.jitter(0.03)), 0.080, -0.35))
    if hem_down > ankle - 0.15:
        for off in (0.16, 0.08):
            edge = drape.either()
            down = min(hem_down, ankle + 0.05) - off
            path = bent(
                drape.place(edge, down), drape.place(-0.5 * edge, down + 0.04), 0.1
            )
            creases.append(
                Crease(path, 0.032, drape.vary(0.7, 0.3), side=drape.either())
            )
    return creases


def _down(person: PersonReading, point: Points) -> float:
    return float(-(point - person.shoulder_centre) @ person.up) / person.torso_length
