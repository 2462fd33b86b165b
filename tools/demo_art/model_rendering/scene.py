"""One house model in the studio."""

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from .cast import HouseModel
from .dressing import dress_body
from .hair import Head, add_hair
from .makehuman import Body, Proxy, Vertices
from .materials import (
    FineHair,
    eye_material,
    hair_material,
    skin_material,
)
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
from .shoes import Shoes
from .studio import hang_backdrop, hang_lights, place_camera

AXES = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
"""From body axes to the scene's."""


def build_scene(model: HouseModel) -> None:
    """Replace what Blender holds by this model in the studio."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    body = Body()
    rest = body.morph(model.gender, model.ethnicity, model.detail, **model.measures)
    posed, bones = body.pose(rest, standing_pose(body, rest, model.stance))
    shoes = Shoes(body, rest, posed, bones)
    floor = shoes.posed[:, 1].min()
    posed[:, 1] -= floor
    on_floor = np.eye(4)
    on_floor[1, 3] = -floor

    faces, uv_faces = body.group("body")
    seen = [k for k, face in enumerate(faces) if shoes.show(rest[face]).any()]
    used, faces = compact([faces[k] for k in seen])
    uv_faces = [uv_faces[k] for k in seen]
    figure = make_object("body", to_blender(posed[used]), faces, body.uv, uv_faces)
    set_attribute(figure, "rest", rest[used] * METRES)
    add_subdivision(figure, 2)
    figure.data.materials.append(skin_material(model.skin, model.scalp))

    solid = [BVHTree.FromObject(figure, bpy.context.evaluated_depsgraph_get())]
    marks = Landmarks.of(body, rest)
    for number, outfit in enumerate(model.outfits):
        seed = model.seed + 10 * number
        solid.append(dress_body(body, rest, posed, solid, outfit, marks, seed))
    shoes.add_to_scene(floor, model.shoes)

    on_head = on_floor @ bones["head"]
    eyes = _add_eyes(body, rest, on_head, model.eyes)
    for fine_hair in model.fine_hair:
        _add_fine_hair(body, rest, on_head, fine_hair)
    head = Head(eyes, AXES @ bones["head"][:3, :3] @ AXES.T)
    add_hair(figure, solid[0], head, model.haircut, model.seed)
    hang_backdrop()
    hang_lights()
    points = to_blender(posed[used])
    middle = float(points[:, 0].max() + points[:, 0].min()) / 2
    place_camera(points[:, 2].max() + model.haircut.height, middle)


def _add_eyes(body: Body, rest: Vertices, on_head: np.ndarray, colour: str) -> Vertices:
    """Add the eyes; return the point between them."""
    proxy = Proxy("eyes/HighPolyEyes")
    eyes, points = _add_proxy(proxy, body, rest, on_head)
    texture = proxy.folder / "textures" / f"{colour}_eye.png"
    eyes.data.materials.append(eye_material(texture))
    add_subdivision(eyes, 1)
    return points.mean(0)


def _add_fine_hair(
    body: Body, rest: Vertices, on_head: np.ndarray, hair: FineHair
) -> None:
    proxy = Proxy(hair.proxy)
    thing, _ = _add_proxy(proxy, body, rest, on_head)
    texture = proxy.folder / proxy.textures[0]
    thing.data.materials.append(hair_material(texture, hair))


def _add_proxy(
    proxy: Proxy, body: Body, rest: Vertices, on_head: np.ndarray
) -> tuple[bpy.types.Object, Vertices]:
    """Add a proxy that follows the head bone; the head turns too little for more."""
    points = to_blender(_follow(proxy.fit(rest, body.base), on_head))
    thing = make_object(proxy.name, points, proxy.faces, proxy.uv, proxy.uv_faces)
    return thing, points


def _follow(vertices: Vertices, bone: np.ndarray) -> Vertices:
    return (np.column_stack([vertices, np.ones(len(vertices))]) @ bone.T)[:, :3]
