"""Shoes and short socks on a posed body's feet."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .makehuman import Body, Proxy, Vertices
from .materials import shoe_material, sock_material
from .mesh import (
    add_subdivision,
    clip_mesh,
    compact,
    make_object,
    pieces,
    to_blender,
    triangulate,
    vertex_normals,
)
from .nodes import Colour

ASSET = "clothes/shoes05"
SOCK = 0.16
"""How far socks show above the shoes, in decimetres."""
OVERLAP = 0.1
"""How far the leg reaches into the sock."""
LOOSENESS = 0.05


class Shoes:
    """A pair of shoes; `posed` is where its vertices are on the posed body."""

    def __init__(
        self,
        body: Body,
        rest: Vertices,
        posed: Vertices,
        bones: Mapping[str, NDArray],
    ) -> None:
        proxy = Proxy(ASSET)
        left, right = (bones[f"foot.{side}"][:3, :3] for side in "LR")
        self.posed = proxy.worn(rest, posed, body.base, left, right)
        self._rest = proxy.fit(rest, body.base)
        self._triangles = triangulate(proxy.faces)
        piece = pieces(len(self._rest), self._triangles)
        size = np.bincount(piece)
        self._is_shoe = size[piece] > size.mean()  # the socks are small pieces
        self._sock_top = self._rest[self._is_shoe, 1].max() + SOCK

    def show(self, rest: Vertices) -> NDArray[np.bool_]:
        """Tell which points of the body at rest are above the socks' tops."""
        return rest[:, 1] > self._sock_top - OVERLAP

    def add_to_scene(self, floor: float, colour: Colour) -> None:
        """Add shoes, and socks of the same colour."""
        points = self.posed - [0, floor, 0]
        shoe = self._is_shoe[self._triangles[:, 0]]
        below_top = self._sock_top - self._rest[:, 1]
        sock, faces = clip_mesh(points, self._triangles[~shoe], below_top)[:2]
        sock = sock + LOOSENESS * vertex_normals(sock, faces)
        used, shoes = compact(self._triangles[shoe])
        _add("socks", sock, faces, sock_material(colour))
        _add("shoes", points[used], shoes, shoe_material(colour))


def _add(name: str, points: Vertices, faces: NDArray, material) -> None:
    thing = make_object(name, to_blender(points), faces)
    add_subdivision(thing, 1)
    thing.data.materials.append(material)
