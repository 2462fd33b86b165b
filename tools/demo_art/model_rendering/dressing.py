"""Dress a body in close-fitting basics.

A garment is a copy of the body's own surface: pushed outwards, smoothed, draped,
folded, and trimmed where its cut (see `outfits`) ends.
"""

import math

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from .makehuman import Body
from .materials import cloth_material
from .mesh import (
    METRES,
    Triangles,
    Vertices,
    add_subdivision,
    averaging,
    clip_mesh,
    compact,
    edges_of,
    make_object,
    neighbours,
    set_attribute,
    smooth,
    smoothstep,
    subdivide,
    to_blender,
    triangulate,
    vertex_normals,
    wave_noise,
)
from .outfits import Field, Landmarks, Outfit, inside_shorts, inside_top

OVERHANG = 0.5
"""How far around the garment (dm) the fit still looks for collisions."""
SEARCH_BODY, SEARCH_CLOTH = 0.10, 0.035  # metres
MIN_GAP = 0.03  # dm between two surfaces


def dress_body(
    body: Body,
    rest: Vertices,
    posed: Vertices,
    obstacles: list[BVHTree],
    outfit: Outfit,
    marks: Landmarks,
    seed: int,
) -> BVHTree:
    """Add one garment to the scene; return its surface, for what is worn over it.

    `obstacles` are the body and the garments already on it.
    """
    faces, _ = body.group("helper-tights")
    used, faces = compact(faces)
    (rest, cloth), polygons = subdivide([rest[used], posed[used]], faces, 2)
    triangles = triangulate(polygons)
    average = neighbours(rest, triangles)
    cloth = smooth(cloth, average, 0.5, outfit.smoothing)
    normals = vertex_normals(cloth, triangles)
    if outfit.drape:
        cloth = _hang_loose(cloth, rest, outfit, marks)
    inside = inside_shorts if outfit.kind == "shorts" else inside_top
    field = inside(rest, outfit, marks)
    cloth = cloth + normals * _looseness(rest, outfit, marks)[:, None]
    cloth = _push_out(cloth, average, np.flatnonzero(field > -OVERHANG), obstacles)
    cloth = _fold(cloth, rest, triangles, field, outfit, marks, seed)
    cloth = smooth(cloth, average, 0.15)
    cloth, triangles, (rest, field) = clip_mesh(cloth, triangles, field, rest, field)
    cloth = _smooth_edges(cloth, triangles)
    return _add_to_scene(cloth, triangles, rest, field, outfit)


# ---- the fit


def _looseness(rest: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    """Return the distance from the skin at which the cloth starts."""
    gap = np.full(len(rest), outfit.gap)
    if outfit.kind == "shorts":
        down = (marks.hip[1] - marks.knee[1]) * outfit.leg
        gap += outfit.flare * smoothstep(marks.hip[1] - rest[:, 1], -0.2, down)
    if outfit.kind == "tee":
        on_arm = np.abs(rest[:, 0]) > marks.shoulder[0] * 0.85
        flare = smoothstep(marks.along_arm(rest), 0.0, 1.2)
        gap += outfit.sleeve_flare * flare * on_arm
        gap -= 0.025 * smoothstep(
            rest[:, 1], marks.shoulder[1] - 0.6, marks.shoulder[1]
        )
    return gap


def _hang_loose(
    cloth: Vertices, rest: Vertices, outfit: Outfit, marks: Landmarks
) -> Vertices:
    """Below the chest, let the cloth fall straight instead of following the waist."""
    x, y = np.abs(rest[:, 0]), rest[:, 1]
    below = np.maximum(0, marks.shoulder[1] - 0.8 - y)
    torso = x < marks.shoulder[0] * 1.15 + below * 0.30
    hips = torso & (np.abs(y - marks.hip[1]) < 0.6)
    centre_z = cloth[hips][:, 2].mean()
    depth = cloth[:, 2] - centre_z
    angle, radius = np.arctan2(depth, cloth[:, 0]), np.hypot(depth, cloth[:, 0])
    chest = torso & (np.abs(y - (marks.chest_y - 0.15)) < 0.45)
    fallen = _profile(angle[chest], radius[chest], angle) * outfit.drape_width
    share = outfit.drape * smoothstep(marks.chest_y - y, 0.0, 1.2) * torso
    wider = np.maximum(radius, fallen) / np.maximum(radius, 1e-6)
    scale = 1 + share * (wider - 1)
    return np.column_stack([cloth[:, 0] * scale, cloth[:, 1], centre_z + depth * scale])


def _profile(angles: Field, radii: Field, at: Field, bins: int = 48) -> Field:
    """Return the mean radius by direction, smoothed, at other directions."""
    edges = np.linspace(-np.pi, np.pi, bins + 1)
    bin_of = np.clip(np.digitize(angles, edges) - 1, 0, bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    total = np.bincount(bin_of, radii, minlength=bins)
    centres, filled = (edges[1:] + edges[:-1]) / 2, count > 0
    means = total[filled] / count[filled]
    means = np.interp(centres, centres[filled], means, period=2 * np.pi)
    wrapped = np.concatenate([means[-4:], means, means[:4]])
    smoothed = np.convolve(wrapped, np.ones(5) / 5, "same")[4:-4]
    return np.interp(at, centres, smoothed, period=2 * np.pi)


def _push_out(
    cloth: Vertices, average, near: NDArray[np.int64], obstacles: list[BVHTree]
) -> Vertices:
    """Move the cloth out of the body and out of the garments below, smoothly."""
    rounds = 4
    for number in range(rounds):
        pushes = np.zeros_like(cloth)
        for index in near:
            pushes[index] = _push_at(to_blender(cloth[index : index + 1])[0], obstacles)
        cloth = cloth + _spread(pushes, average)
        if number < rounds - 1:
            cloth = smooth(cloth, average, 0.3)
    return cloth


def _push_at(point: NDArray, obstacles: list[BVHTree]) -> NDArray:
    """Return the longest push (dm, body axes) that any obstacle asks for here."""
    at, longest = Vector(point), np.zeros(3)
    for number, obstacle in enumerate(obstacles):
        is_cloth = number > 0
        reach = SEARCH_CLOTH if is_cloth else SEARCH_BODY
        nearest, normal, _, distance = obstacle.find_nearest(at, reach)
        if nearest is None:
            continue
        height = (at - nearest).dot(normal)
        beside_its_edge = distance > 0.004 and abs(height) < 0.75 * distance
        if is_cloth and beside_its_edge:
            continue
        missing = MIN_GAP * METRES - height
        if missing > 0:
            push = normal * (missing / METRES)
            push = np.array([push.x, push.z, -push.y])
            longest = max(longest, push, key=np.linalg.norm)
    return longest


def _spread(pushes: Vertices, average) -> Vertices:
    """Let neighbours follow, without weakening a push by more than half."""
    spread = pushes
    for _ in range(3):
        spread = average @ spread
        longer = np.linalg.norm(pushes, axis=1) > np.linalg.norm(spread, axis=1)
        spread[longer] = 0.5 * (spread[longer] + pushes[longer])
    return spread


# ---- folds and edges


def _fold(
    cloth: Vertices,
    rest: Vertices,
    triangles: Triangles,
    field: Field,
    outfit: Outfit,
    marks: Landmarks,
    seed: int,
) -> Vertices:
    """Raise folds, outwards only, so that the cloth stays off the body."""
    recipe = _shorts_folds if outfit.kind == "shorts" else _top_folds
    towards_edge = 0.35 + 0.65 * smoothstep(field, 0.0, 0.5)
    height = outfit.folds * recipe(rest, marks, seed) * towards_edge
    return cloth + vertex_normals(cloth, triangles) * height[:, None]


def _top_folds(rest: Vertices, marks: Landmarks, seed: int) -> Field:
    x, y = rest[:, 0], rest[:, 1]
    low = smoothstep(marks.chest_y - y, -0.3, 1.5)
    angle = np.arctan2(rest[:, 2] - 0.2, x)
    around = np.column_stack([np.cos(angle), np.sin(angle), y * 0.10])
    flutes = np.maximum(wave_noise(around, 5.5, seed + 2, 2), 0)
    at_hips = np.exp(-(((y - (marks.hip[1] + 1.2)) / 1.1) ** 2))
    armpit_x = (np.abs(x) - marks.shoulder[0]) / 0.6
    armpit_y = (y - marks.shoulder[1] + 0.8) / 0.9
    at_armpits = np.exp(-(armpit_x**2 + armpit_y**2))
    steep = _diagonals(rest, seed, 3, 62, 0.75, 3.2)
    flat = _diagonals(rest, seed, 4, 8, 0.62, 2.6)
    pulled = _diagonals(rest, seed, 6, -48, 0.7, 2.4)
    below_shoulders = smoothstep(marks.shoulder[1] - 0.2 - y, 0.0, 1.3)
    return below_shoulders * (
        0.9 * low * flutes
        + 0.9 * steep * (1 - 0.4 * low)
        + 0.5 * flat * at_hips
        + 0.4 * pulled * at_armpits
    )


def _shorts_folds(rest: Vertices, marks: Landmarks, seed: int) -> Field:
    across = (np.abs(rest[:, 0]) - 0.35) / 0.8
    down = (rest[:, 1] - marks.hip[1] + 0.5) / 0.9
    at_crotch = np.exp(-(across**2 + down**2))
    return (
        1.0 * _diagonals(rest, seed, 3, -35, 0.6, 2.2) * at_crotch
        + 0.6 * _diagonals(rest, seed, 4, 80, 0.8, 3.0)
        + 0.35 * _diagonals(rest, seed, 7, 5, 0.6, 2.5)
    )


def _diagonals(
    rest: Vertices, seed: int, kind: int, angle: float, width: float, length: float
) -> Field:
    """Return ridges at `angle` degrees, mirrored at the centre line, in patches."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    side = np.tanh(rest[:, 0] / 0.35)
    x, y = side * rest[:, 0], rest[:, 1]
    wobble = wave_noise(rest, 2.0, seed + 5, 2)
    across = (x * cos + y * sin) * 6.28 / width + 0.9 * wobble
    along = (y * cos - x * sin) * 6.28 / length
    space = np.column_stack([across, along, rest[:, 2] * 1.4 + 2.0 * side])
    noise = wave_noise(space, 1.0, seed + kind, 2)
    patches = smoothstep(wave_noise(rest, 1.5, seed + kind + 1, 2), -0.35, 0.7)
    return (1 - np.abs(np.clip(noise, -1, 1))) ** 3 * patches


def _smooth_edges(cloth: Vertices, triangles: Triangles) -> Vertices:
    """Straighten the cut edges along themselves, then calm the ring beside them."""
    sides, count = np.unique(edges_of(triangles), axis=0, return_counts=True)
    along_edge, degree = averaging(len(cloth), sides[count == 1])
    on_edge = degree == 2
    cloth = cloth.copy()
    for _ in range(70):
        cloth[on_edge] += 0.5 * ((along_edge @ cloth)[on_edge] - cloth[on_edge])
    average = neighbours(cloth, triangles)
    ring = (average @ (average @ on_edge.astype(float)) > 0) & ~on_edge
    for _ in range(8):
        cloth[ring] += 0.5 * ((average @ cloth)[ring] - cloth[ring])
    return cloth


def _add_to_scene(
    cloth: Vertices,
    triangles: Triangles,
    rest: Vertices,
    field: Field,
    outfit: Outfit,
) -> BVHTree:
    points = to_blender(cloth)
    thing = make_object(outfit.kind, points, triangles)
    add_subdivision(thing, 1)
    set_attribute(thing, "rest", rest * METRES)
    set_attribute(thing, "edge", np.maximum(field, 0) * METRES)
    thing.data.materials.append(cloth_material(outfit.colour))
    _thicken(thing)
    return BVHTree.FromPolygons(points.tolist(), triangles.tolist())


def _thicken(thing: bpy.types.Object) -> None:
    modifier = thing.modifiers.new("thickness", "SOLIDIFY")
    modifier.thickness, modifier.offset = 0.002, -1
