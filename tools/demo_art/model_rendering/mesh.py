"""Meshes: Blender objects from arrays, and arithmetic on triangle meshes."""

from collections.abc import Callable, Sequence

import bpy
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.csgraph as graphs
from numpy.typing import NDArray

METRES = 0.1  # per decimetre, MakeHuman's unit

Vertices = NDArray[np.float64]
Triangles = NDArray[np.int64]
Faces = Sequence[NDArray[np.int64]]


def to_blender(vertices: Vertices) -> Vertices:
    """Turn body coordinates (decimetres, y up) into Blender's (metres, z up)."""
    return np.column_stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]]) * METRES


def make_object(
    name: str,
    vertices: Vertices,
    faces: Faces,
    uv: NDArray | None = None,
    uv_faces: Faces | None = None,
) -> bpy.types.Object:
    """Add a smooth-shaded mesh to the scene; `vertices` in Blender coordinates."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(
        [tuple(vertex) for vertex in vertices],
        [],
        [tuple(int(index) for index in face) for face in faces],
    )
    if uv is not None and uv_faces is not None:
        layer = mesh.uv_layers.new(name="UVMap")
        corners = np.concatenate([uv[face] for face in uv_faces])
        layer.data.foreach_set("uv", corners.astype(np.float32).ravel())
    mesh.shade_smooth()
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_subdivision(thing: bpy.types.Object, levels: int) -> None:
    modifier = thing.modifiers.new("subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = levels


def set_attribute(thing: bpy.types.Object, name: str, values: NDArray) -> None:
    """Give every vertex a number, or a vector if `values` has three columns."""
    is_vector = values.ndim == 2
    kind = "FLOAT_VECTOR" if is_vector else "FLOAT"
    attribute = thing.data.attributes.new(name, kind, "POINT")
    flat = np.ascontiguousarray(values, np.float32).ravel()
    attribute.data.foreach_set("vector" if is_vector else "value", flat)


def compact(faces: Faces) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Return the vertices that the faces use, and the faces numbered anew."""
    used = np.unique(np.concatenate(faces))
    renumber = np.full(used.max() + 1, -1)
    renumber[used] = np.arange(len(used))
    return used, [renumber[face] for face in faces]


def subdivide(
    vertex_sets: Sequence[Vertices], faces: Faces, levels: int
) -> tuple[list[Vertices], list[NDArray[np.int64]]]:
    """Subdivide (Catmull-Clark) several vertex sets that share one topology."""
    results = []
    for vertices in vertex_sets:
        thing = make_object("subdivided", vertices, faces)
        add_subdivision(thing, levels)
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = thing.evaluated_get(graph)
        mesh = evaluated.to_mesh()
        flat = np.zeros(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", flat)
        results.append(flat.reshape(-1, 3).astype(float))
        polygons = [np.array(polygon.vertices) for polygon in mesh.polygons]
        evaluated.to_mesh_clear()
        bpy.data.objects.remove(thing)
    return results, polygons


def pieces(count: int, triangles: Triangles) -> NDArray[np.int64]:
    """Return for each vertex the number of the connected piece it belongs to."""
    sides = edges_of(triangles)
    ones = np.ones(len(sides))
    links = sparse.coo_matrix((ones, (sides[:, 0], sides[:, 1])), shape=(count, count))
    return graphs.connected_components(links, directed=False)[1]


def triangulate(polygons: Faces) -> Triangles:
    """Cut every polygon into a fan of triangles."""
    return np.array(
        [
            (polygon[0], polygon[k], polygon[k + 1])
            for polygon in polygons
            for k in range(1, len(polygon) - 1)
        ]
    )


def vertex_normals(vertices: Vertices, triangles: Triangles) -> Vertices:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, triangles[:, k], area)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def edges_of(triangles: Triangles) -> Triangles:
    """Return every side of every triangle, smaller vertex first (inner ones twice)."""
    sides = [triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]
    return np.sort(np.concatenate(sides), axis=1)


def averaging(count: int, edges: Triangles) -> tuple[sparse.spmatrix, NDArray]:
    """Return the matrix that averages each vertex's neighbours, and their number."""
    ones = np.ones(len(edges))
    links = sparse.coo_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(count, count))
    links = (links + links.T).tocsr()
    degree = np.asarray(links.sum(1)).ravel()
    return sparse.diags(1 / np.maximum(degree, 1)) @ links, degree


def neighbours(vertices: Vertices, triangles: Triangles) -> sparse.spmatrix:
    """Return the matrix that averages each vertex's neighbours on the surface."""
    return averaging(len(vertices), np.unique(edges_of(triangles), axis=0))[0]


def smooth(
    vertices: Vertices, average: sparse.spmatrix, strength: float, rounds: int = 1
) -> Vertices:
    """Pull every vertex towards its neighbours."""
    for _ in range(rounds):
        vertices = vertices + strength * (average @ vertices - vertices)
    return vertices


def wave_noise(
    points: Vertices, frequency: float, seed: int, octaves: int = 3
) -> NDArray[np.float64]:
    """Return a sum of random plane waves at the points: cheap, smooth, endless."""
    rng = np.random.default_rng(seed)
    total, amplitude, weight = np.zeros(len(points)), 1.0, 0.0
    for octave in range(octaves):
        for _ in range(6):
            direction = rng.normal(size=3)
            direction *= frequency * 1.9**octave / np.linalg.norm(direction)
            wave = np.sin(points @ direction + rng.uniform(0, 6.28))
            total += amplitude * wave / 6**0.5
        weight += amplitude
        amplitude *= 0.55
    return total / weight


def smoothstep(x: NDArray, low: float, high: float) -> NDArray:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def clip_mesh(
    vertices: Vertices, triangles: Triangles, field: NDArray, *attributes: NDArray
) -> tuple[Vertices, Triangles, list[NDArray]]:
    """Keep where `field` >= 0, cutting triangles exactly along its zero line.

    Returns the vertices and triangles left, and the attributes at those vertices.
    """
    keep = field >= 0
    corners = keep[triangles].sum(1)
    cutter = _Cutter(field, len(vertices))
    kept = [tuple(triangle) for triangle in triangles[corners == 3]]
    for triangle in triangles[(corners == 1) | (corners == 2)]:
        kept += _cut_triangle(tuple(triangle), keep, cutter.vertex_between)
    used, faces = compact(np.array(kept))
    results = [cutter.extended(values)[used] for values in (vertices, *attributes)]
    return results[0], np.array(faces), results[1:]


class _Cutter:
    """Makes the new vertices where edges cross the zero line, each only once."""

    def __init__(self, field: NDArray, count: int) -> None:
        self._field, self._count = field, count
        self._cuts: dict[tuple[int, int], int] = {}

    def vertex_between(self, a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        return self._cuts.setdefault(key, self._count + len(self._cuts))

    def extended(self, values: NDArray) -> NDArray:
        """Return the values with those at the new vertices behind them."""
        if not self._cuts:
            return values
        a, b = np.array(list(self._cuts)).T
        share = self._field[a] / (self._field[a] - self._field[b])
        share = share.reshape(-1, *[1] * (values.ndim - 1))
        return np.concatenate([values, values[a] + share * (values[b] - values[a])])


def _cut_triangle(
    triangle: tuple[int, int, int],
    keep: NDArray[np.bool_],
    between: Callable[[int, int], int],
) -> list[tuple[int, int, int]]:
    """Return what is left of a triangle that the zero line crosses."""
    for turn in range(3):
        a, b, c = (triangle[(turn + k) % 3] for k in range(3))
        if keep[a] and not keep[b] and not keep[c]:
            return [(a, between(a, b), between(a, c))]
        if keep[a] and keep[b] and not keep[c]:
            bc, ac = between(b, c), between(a, c)
            return [(a, b, bc), (a, bc, ac)]
    return []
