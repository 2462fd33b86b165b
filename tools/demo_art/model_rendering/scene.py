"""One house model in the studio."""

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from .cast import HouseModel
from .dressing import dress_body
from .makehuman import Body, Proxy, Vertices
from .materials import Hair, eye_material, hair_material, skin_material
from .mesh import (
    METRES,
    add_subdivision,
    compact,
    make_object,
    set_attribute,
    to_blender,
)
from .outfits import Landmarks
from .posing import standing_pose
from .studio import hang_backdrop, hang_lights, place_camera


def build_scene(model: HouseModel) -> None:
    """Replace what Blender holds by this model in the studio."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    body = Body()
    rest = body.morph(model.gender, model.ethnicity, model.detail, **model.measures)
    posed, bones = body.pose(rest, standing_pose(body, rest, model.arm, model.leg))
    faces, uv_faces = body.group("body")
    used, faces = compact(faces)
    floor = posed[used][:, 1].min()
    posed[:, 1] -= floor

    figure = make_object("body", to_blender(posed[used]), faces, body.uv, uv_faces)
    set_attribute(figure, "rest", rest[used] * METRES)
    add_subdivision(figure, 2)
    figure.data.materials.append(skin_material(model.skin))

    obstacles = [BVHTree.FromObject(figure, bpy.context.evaluated_depsgraph_get())]
    marks = Landmarks.of(body, rest)
    for number, outfit in enumerate(model.outfits):
        seed = model.seed + 10 * number
        worn = dress_body(body, rest, posed, obstacles, outfit, marks, seed)
        obstacles.append(worn)

    _add_eyes(body, rest, bones["head"], floor, model.eyes)
    for hair in model.hair:
        _add_hair(body, rest, bones["head"], floor, hair)
    hang_backdrop()
    hang_lights()
    place_camera(posed[used][:, 1].max() * METRES)


def _add_eyes(
    body: Body, rest: Vertices, head: np.ndarray, floor: float, colour: str
) -> None:
    proxy = Proxy("eyes/HighPolyEyes")
    eyes = _add_proxy(proxy, body, rest, head, floor)
    texture = proxy.folder / "textures" / f"{colour}_eye.png"
    eyes.data.materials.append(eye_material(texture))
    add_subdivision(eyes, 1)


def _add_hair(
    body: Body, rest: Vertices, head: np.ndarray, floor: float, hair: Hair
) -> None:
    proxy = Proxy(hair.proxy)
    thing = _add_proxy(proxy, body, rest, head, floor)
    texture = proxy.folder / proxy.textures[0]
    thing.data.materials.append(hair_material(texture, hair))


def _add_proxy(
    proxy: Proxy, body: Body, rest: Vertices, head: np.ndarray, floor: float
) -> bpy.types.Object:
    """Add a proxy that follows the head bone; the head turns too little for more."""
    vertices = proxy.fit(rest, body.base)
    vertices = (np.column_stack([vertices, np.ones(len(vertices))]) @ head.T)[:, :3]
    vertices[:, 1] -= floor
    points = to_blender(vertices)
    return make_object(proxy.name, points, proxy.faces, proxy.uv, proxy.uv_faces)
