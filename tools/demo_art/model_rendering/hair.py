"""Hair, strand by strand: guides are grown and combed, all others follow them.

Coordinates are the scene's (metres, z up); a model faces -y, its left is +x.
"""

from dataclasses import dataclass
from typing import Literal

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .materials import strand_material
from .mesh import smoothstep
from .scalp import grow_roots

Points = NDArray[np.float64]

GUIDES = 900
FACE_HALF_WIDTH = 0.064
CROWN = (0.012, 0.125, 0.075)
"""Where short hair turns, from the eyes: left, back, up."""


@dataclass(frozen=True)
class Haircut:
    """How hair is cut and combed; lengths in metres."""

    kind: Literal["cropped", "short", "long", "afro"]
    melanin: float
    redness: float = 0.4
    strands: int = 26_000
    points: int = 10
    top: float = 0.05
    sides: float = 0.02
    parting: float = 0.0
    """How far the parting is to the model's left."""
    sweep: float = 0.0
    """How far the front is combed to the left (or right, below 0)."""
    rise: float = 0.5
    """How far hair stands off before it falls."""
    volume: float = 0.008
    frizz: float = 0.0015
    fringe: float = 0.0
    """Share of long hair right of the parting that falls over the forehead."""
    back: float = 0.0
    """How far long hair is thrown back, behind the shoulders."""
    ends: float = -1.0
    """Height, above the eyes, at which long hair is cut."""
    radius: float = 0.00011

    @property
    def height(self) -> float:
        """How far the hair stands above the head."""
        return self.top if self.kind == "afro" else 0.015


@dataclass(frozen=True)
class Head:
    """Where the head is: the middle between the eyes, and its axes as columns."""

    eyes: Points
    axes: Points

    def local(self, points: Points) -> Points:
        return (points - self.eyes) @ self.axes

    def world(self, local: Points) -> Points:
        return self.eyes + local @ self.axes.T


def add_hair(
    figure: bpy.types.Object,
    solid: BVHTree,
    head: Head,
    cut: Haircut,
    seed: int,
) -> None:
    """Grow a haircut on the scalp; long hair lies on `solid`, body and clothes."""
    rng = np.random.default_rng(seed)
    roots, normals = grow_roots(figure, cut.strands, rng)
    if cut.kind in ("afro", "cropped"):
        strands = _stand_off(roots, normals, cut, rng)
    else:
        strands = _combed(figure, solid, head, cut, roots, rng)
    _add_strands(strands, cut)


# ---- hair that stands off


def _stand_off(
    roots: Points, normals: Points, cut: Haircut, rng: np.random.Generator
) -> Points:
    """Return strands along the normals, curled if there is room for curls."""
    count = len(roots)
    along = np.linspace(0, 1, cut.points)[None, :, None]
    length = cut.top * rng.uniform(0.75, 1.03, (count, 1, 1))
    lean = normals + rng.normal(0, 0.25, (count, 3))
    strands = roots[:, None] + lean[:, None] * length * along
    turns = rng.uniform(2.0, 4.0, (count, 1, 1)) * cut.top / 0.05
    phase = rng.uniform(0, 6.28, (count, 1, 3))
    curl = np.sin(6.28 * turns * along + phase) * np.minimum(1, 3 * along)
    return strands + cut.frizz * curl


# ---- hair that is combed


def _combed(
    figure: bpy.types.Object,
    solid: BVHTree,
    head: Head,
    cut: Haircut,
    roots: Points,
    rng: np.random.Generator,
) -> Points:
    guide_roots, guide_normals = grow_roots(figure, GUIDES, rng)
    guides = _grow_guides(guide_roots, guide_normals, solid, head, cut, rng)
    left = _side(head.local(guide_roots), cut) > 0
    wanted = _side(head.local(roots), cut) > 0
    strands = np.zeros((len(roots), cut.points, 3))
    for side in (True, False):
        mine, theirs = wanted == side, guides[left == side]
        if cut.kind == "short":
            theirs = guides
        tree = cKDTree(theirs[:, 0])
        distance, nearest = tree.query(roots[mine], k=3)
        share = 1 / (distance + 0.002)
        share = (share / share.sum(1, keepdims=True))[:, :, None, None]
        shape = theirs - theirs[:, :1]
        strands[mine] = roots[mine][:, None] + (shape[nearest] * share).sum(1)
    return _loosened(strands, cut, rng)


def _side(local: Points, cut: Haircut) -> Points:
    return np.where(local[:, 0] > cut.parting, 1.0, -1.0)


def _loosened(strands: Points, cut: Haircut, rng: np.random.Generator) -> Points:
    """Let every strand stray a little, more so towards its end."""
    count, points, _ = strands.shape
    along = np.linspace(0, 1, points)[None, :, None]
    phase = rng.uniform(0, 6.28, (count, 1, 3))
    waves = rng.uniform(0.5, 1.6, (count, 1, 3))
    stray = rng.normal(0, 1, (count, 1, 3)) * along**1.3
    stray += 0.6 * np.sin(6.28 * waves * along + phase) * along**0.7
    shorter = rng.uniform(0.82, 1.0, (count, 1, 1))
    at = along * shorter * (points - 1)
    low = np.clip(at.astype(int), 0, points - 2)
    rows = np.arange(count)[:, None]
    here, there = strands[rows, low[..., 0]], strands[rows, low[..., 0] + 1]
    return here + (there - here) * (at - low) + cut.frizz * stray


def _grow_guides(
    roots: Points,
    normals: Points,
    solid: BVHTree,
    head: Head,
    cut: Haircut,
    rng: np.random.Generator,
) -> Points:
    local, up = head.local(roots), normals @ head.axes
    long = cut.kind == "long"
    comb, length = (_comb_down if long else _comb_away)(local, up, cut)
    clearance = 0.002 + cut.volume * rng.uniform(0.35, 1.0, len(roots))
    step = (length / (cut.points - 1))[:, None]
    direction = _unit(up * cut.rise + comb)
    place, path = local.copy(), [local.copy()]
    forehead = 0.052 - 0.034 * _fringe(local, cut)
    for number in range(1, cut.points):
        gone = number / cut.points
        pull = np.array([0, 0.25 * cut.back, -0.9] if long else [0, 0, -0.22])
        direction = _unit(direction + pull + comb * (0.5 * (1 - gone) ** 2))
        place = place + direction * step
        if long:
            place = _off_the_face(place, forehead)
        lifted = clearance * min(1.0, 2.5 * gone)
        place = _push_out(place, lifted, solid, head)
        previous = path[-1]
        direction = _unit(place - previous)
        place = previous + direction * step
        path.append(place.copy())
    return head.world(np.stack(path, axis=1))


def _comb_down(local: Points, up: Points, cut: Haircut) -> tuple[Points, Points]:
    """Return the way of the comb, from the parting to both sides, and the lengths."""
    x, y, z = local.T
    side, fringe = _side(local, cut), _fringe(local, cut)
    back = 0.25 + 0.45 * smoothstep(-y, -0.02, 0.05) - 1.3 * fringe
    comb = np.column_stack([side, back, np.full(len(x), -0.15)])
    length = np.maximum(z - cut.ends + 0.05, 0.03)
    return _along(comb, up), length * (1 - fringe) + 0.105 * fringe


def _comb_away(local: Points, up: Points, cut: Haircut) -> tuple[Points, Points]:
    """Return the way of the comb, away from the crown, and the lengths."""
    x, y, z = local.T
    away = _unit(local - CROWN)
    away[:, 2] -= 0.35
    top = smoothstep(z, 0.035, 0.075)
    front = smoothstep(-y, -0.07, 0.0) * top
    away[:, 0] += cut.sweep * front
    nape = smoothstep(z, -0.06, 0.02)
    length = cut.sides * (0.45 + 0.55 * nape) + (cut.top - cut.sides) * top
    return _along(away, up) * (1 - 0.25 * front)[:, None], length


def _along(directions: Points, up: Points) -> Points:
    """Lay directions onto the scalp."""
    return _unit(directions - (directions * up).sum(1, keepdims=True) * up)


def _fringe(local: Points, cut: Haircut) -> Points:
    """Tell, in [0, 1], which hair of a long cut falls over the forehead."""
    x, y, z = local.T
    beside = smoothstep(cut.parting - x, -0.002, 0.006) * smoothstep(x, -0.06, -0.045)
    return cut.fringe * beside * smoothstep(-y, -0.055, -0.03)


def _off_the_face(local: Points, start: Points) -> Points:
    """Draw long hair aside where it would hang over the face, below `start`."""
    x, y, z = local.T
    before = smoothstep(-y, -0.075, -0.04) * smoothstep(start - z, 0.0, 0.03)
    least = FACE_HALF_WIDTH * before
    aside = np.where(np.abs(x) < least, np.sign(x) * least, x)
    return np.column_stack([aside, y, z])


def _push_out(local: Points, clearance: Points, solid: BVHTree, head: Head) -> Points:
    points = head.world(local)
    for index, point in enumerate(points):
        at = Vector(point)
        nearest, normal, _, _ = solid.find_nearest(at, 0.08)
        if nearest is None:
            continue
        missing = clearance[index] - (at - nearest).dot(normal)
        if missing > 0:
            points[index] += np.array(normal) * missing
    return head.local(points)


def _unit(vectors: Points) -> Points:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-9)


def _add_strands(strands: Points, cut: Haircut) -> None:
    count, points, _ = strands.shape
    data = bpy.data.hair_curves.new("hair")
    data.add_curves([points] * count)
    data.position_data.foreach_set("vector", strands.astype(np.float32).ravel())
    taper = np.linspace(1, 0.35, points) * cut.radius
    radius = data.attributes.new("radius", "FLOAT", "POINT")
    radius.data.foreach_set("value", np.tile(taper, count).astype(np.float32))
    data.materials.append(strand_material(cut.melanin, cut.redness))
    thing = bpy.data.objects.new("hair", data)
    bpy.context.scene.collection.objects.link(thing)
