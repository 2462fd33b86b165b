"""Where hair grows: the scalp in MakeHuman's texture space, and roots on it.

Every MakeHuman skin shares one layout, so one hairline, drawn in it, fits them all.
"""

import bpy
import numpy as np
from numpy.typing import NDArray

from .mesh import smoothstep, wave_noise

MIDDLE = 0.483
"""Height in the texture of the middle of the face."""
HAIRLINE = (  # distance from the middle; where the hair ends: brow, temple, ear, nape
    (0.000, 0.777),
    (0.040, 0.777),
    (0.065, 0.781),
    (0.085, 0.786),
    (0.102, 0.797),
    (0.114, 0.811),
    (0.130, 0.805),
    (0.160, 0.806),
    (0.178, 0.840),
    (0.200, 0.868),
    (0.250, 0.882),
    (0.330, 0.878),
)
ISLAND = (  # distance from the middle; where the head's part of the texture begins
    (0.00, 0.69),
    (0.05, 0.665),
    (0.10, 0.635),
    (0.19, 0.630),
    (0.25, 0.672),
    (0.268, 0.70),
    (0.285, 0.722),
    (0.30, 0.745),
    (0.315, 0.785),
    (0.325, 0.83),
    (0.33, 1.0),
)
SOFTNESS = 0.016


def hair_density(uv: NDArray) -> NDArray:
    """Return how densely hair grows, in [0, 1], at points of the texture."""
    u, v = uv[:, 0], uv[:, 1]
    uneven = 0.006 * wave_noise(np.column_stack([u, v, 0 * u]), 90.0, 5, 3)
    inside = np.interp(np.abs(v - MIDDLE), *zip(*HAIRLINE, strict=True)) + uneven - u
    return smoothstep(inside, -0.004, SOFTNESS) * on_head(uv)


def on_head(uv: NDArray) -> NDArray[np.bool_]:
    """Tell which points of the texture belong to the head."""
    return uv[:, 0] > np.interp(np.abs(uv[:, 1] - MIDDLE), *zip(*ISLAND, strict=True))


def grow_roots(
    figure: bpy.types.Object, count: int, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return random root points on the scalp and their normals (scene coordinates)."""
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = figure.evaluated_get(graph).to_mesh()
    mesh.calc_loop_triangles()
    corners = np.zeros(len(mesh.loop_triangles) * 3, np.int32)
    loops = corners.copy()
    mesh.loop_triangles.foreach_get("vertices", corners)
    mesh.loop_triangles.foreach_get("loops", loops)
    uv = np.zeros(len(mesh.loops) * 2, np.float32)
    mesh.uv_layers[0].data.foreach_get("uv", uv)
    points = np.zeros(len(mesh.vertices) * 3, np.float32)
    normals = points.copy()
    mesh.vertices.foreach_get("co", points)
    mesh.vertex_normals.foreach_get("vector", normals)
    uv = uv.reshape(-1, 2)[loops].reshape(-1, 3, 2).astype(float)
    points = points.reshape(-1, 3)[corners].reshape(-1, 3, 3).astype(float)
    normals = normals.reshape(-1, 3)[corners].reshape(-1, 3, 3).astype(float)
    haired = hair_density(uv.mean(1)) > 0
    uv, points, normals = uv[haired], points[haired], normals[haired]
    sides = points[:, 1:] - points[:, :1]
    area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1)
    chosen = rng.choice(len(area), size=2 * count, p=area / area.sum())
    share = rng.dirichlet((1, 1, 1), size=len(chosen))[:, :, None]
    uv, points, normals = ((a[chosen] * share).sum(1) for a in (uv, points, normals))
    grows = rng.random(len(uv)) < hair_density(uv)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return points[grows][:count], normals[grows][:count]
