"""A photographer's studio: paper, lamps, camera, and how Blender renders it."""

import math

import bpy
import numpy as np
from mathutils import Vector

from .materials import paper_material
from .mesh import make_object
from .nodes import Colour

Point = tuple[float, float, float]

PAPER = (0.86, 0.855, 0.845)
LENS_MM, SENSOR_MM = 85, 32
HEADROOM = 1.075
"""Height of the picture over the height of the model."""


def hang_backdrop() -> None:
    """Hang seamless paper: floor, quarter of a cylinder, wall."""
    front, back, radius, top, half_width = -6, 2.2, 1.6, 8, 12
    profile = [(front, 0.0), (back - radius, 0.0)]
    for angle in np.linspace(0, math.pi / 2, 16)[1:]:
        y, z = radius * math.sin(angle), radius * math.cos(angle)
        profile.append((back - radius + y, radius - z))
    profile.append((back, top))
    vertices = [(x, y, z) for y, z in profile for x in (-half_width, half_width)]
    faces = [(i, i + 1, i + 3, i + 2) for i in range(0, 2 * len(profile) - 2, 2)]
    paper = make_object("paper", vertices, faces)
    paper.data.materials.append(paper_material(PAPER))


def hang_lights() -> None:
    _lamp("key", (-2.3, -2.7, 2.9), (0, 0, 1.15), 1.5, 2.2, 215, (1, 0.965, 0.925))
    _lamp("fill", (3.2, -3.0, 1.6), (0, 0, 1.0), 2.4, 2.6, 26, (0.96, 0.98, 1))
    _lamp("rim", (2.2, 1.6, 2.5), (0, 0, 1.2), 0.8, 2.0, 95, (1, 0.985, 0.96))
    _lamp("paper", (0, -0.2, 3.8), (0, 2.2, 1.3), 4.0, 1.2, 120)
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (0.9, 0.93, 1, 1)
    background.inputs[1].default_value = 0.13


def _lamp(
    name: str,
    place: Point,
    target: Point,
    width: float,
    height: float,
    watts: float,
    colour: Colour = (1, 1, 1),
) -> None:
    lamp = bpy.data.lights.new(name, "AREA")
    lamp.energy, lamp.color = watts, colour
    lamp.shape, lamp.size, lamp.size_y = "RECTANGLE", width, height
    thing = bpy.data.objects.new(name, lamp)
    bpy.context.scene.collection.objects.link(thing)
    thing.location = place
    _aim(thing, target)


def _aim(thing: bpy.types.Object, target: Point) -> None:
    direction = Vector(target) - Vector(thing.location)
    thing.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()


def place_camera(height: float, across: float) -> None:
    """Frame a model of `height` metres from head to toe, `across` from the middle."""
    camera = bpy.data.cameras.new("camera")
    camera.lens, camera.sensor_fit, camera.sensor_height = (
        LENS_MM,
        "VERTICAL",
        SENSOR_MM,
    )
    camera.dof.use_dof = False
    thing = bpy.data.objects.new("camera", camera)
    scene = bpy.context.scene
    scene.collection.objects.link(thing)
    scene.camera = thing
    middle = height * 0.5 - 0.005
    half_angle = math.atan(SENSOR_MM / 2 / LENS_MM)
    distance = height * HEADROOM / (2 * math.tan(half_angle))
    thing.location = (across, -distance - 0.1, middle + 0.10)
    _aim(thing, (across, 0, middle))


def set_up_rendering(
    size: tuple[int, int], samples: int, threads: int, seed: int
) -> None:
    """Path tracing on the processor; `size` is (width, height)."""
    scene = bpy.context.scene
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y = size
    render.threads_mode, render.threads = "FIXED", threads
    render.image_settings.file_format = "PNG"
    render.film_transparent = False
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, seed
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.04
    cycles.max_bounces, cycles.transparent_max_bounces = 8, 24
    cycles.diffuse_bounces, cycles.glossy_bounces = 3, 2
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - High Contrast"
    scene.view_settings.exposure = -0.32
