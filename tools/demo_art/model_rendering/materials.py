"""Skin, eyes, hair, cloth and paper."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from .nodes import Colour, Shader, Socket
from .skins import corrected_skin


@dataclass(frozen=True)
class Skin:
    """A skin texture of MakeHuman's and how it is corrected."""

    texture: Path
    saturation: float = 1
    value: float = 1
    tint: Colour = (1, 1, 1)
    roughness: float = 0.42


@dataclass(frozen=True)
class FineHair:
    """Brows or lashes: a proxy and how its texture is dyed."""

    proxy: str
    tint: Colour = (1, 1, 1)
    value: float = 1
    roughness: float = 0.5


def skin_material(skin: Skin, scalp: Colour) -> bpy.types.Material:
    """Skin with mottling, pores and light scattered below it; `scalp` in sRGB.

    The mesh carries `rest`, its rest position in metres, as an attribute.
    """
    shader = Shader("skin")
    rest = shader.attribute("rest").outputs["Vector"]
    texture = shader.image(corrected_skin(skin.texture, scalp), "Cubic").outputs[0]
    colour = shader.adjust(texture, saturation=skin.saturation, value=skin.value)
    colour = _mottled(shader, colour, rest)
    colour = shader.multiply(colour, skin.tint)
    pores, dimples = shader.noise(rest, 900, 3), shader.noise(rest, 60, 4)
    height = shader.calc(
        "ADD",
        shader.calc("MULTIPLY", pores, 0.35),
        shader.calc("MULTIPLY", dimples, 0.5),
    )
    shader.bump(height, strength=0.35, distance=0.002)
    shader.surface(
        base_color=colour,
        roughness=shader.calc("MULTIPLY_ADD", dimples, 0.22, skin.roughness),
        subsurface_weight=1.0,
        subsurface_radius=(1.0, 0.35, 0.16),
        subsurface_scale=0.006,
        specular_IOR_level=0.42,
    )
    return shader.material


def _mottled(shader: Shader, colour: Socket, rest: Socket) -> Socket:
    """Vary the blood below the skin: red less than green and blue."""
    noise = shader.noise(rest, 11, 6)
    red = shader.calc("MULTIPLY_ADD", noise, 0.14, 0.93)
    other = shader.calc("MULTIPLY_ADD", noise, 0.22, 0.89)
    return shader.multiply(colour, shader.combine(red, other, other), 0.8)


def eye_material(texture: Path) -> bpy.types.Material:
    shader = Shader("eye")
    image = shader.texture(texture)
    shader.surface(
        base_color=shader.adjust(image.outputs[0], saturation=0.85, value=0.9),
        alpha=image.outputs[1],
        roughness=0.08,
        coat_weight=0.6,
        coat_roughness=0.03,
    )
    return shader.material


def hair_material(texture: Path, hair: FineHair) -> bpy.types.Material:
    shader = Shader("hair")
    image = shader.texture(texture, "Cubic")
    colour = shader.adjust(image.outputs[0], value=hair.value)
    grey = shader.node("ShaderNodeRGBToBW")
    shader.feed(grey.inputs[0], image.outputs[0])
    shader.bump(grey.outputs[0], strength=0.5, distance=0.003)
    shader.surface(
        base_color=shader.multiply(colour, hair.tint),
        alpha=image.outputs[1],
        roughness=hair.roughness,
        specular_IOR_level=0.18,
    )
    return shader.material


def strand_material(melanin: float, redness: float) -> bpy.types.Material:
    """Hair as melanin colours it, darker at the roots, no two strands alike."""
    shader = Shader("strands", surface="ShaderNodeBsdfHairPrincipled")
    shader.principled.parametrization = "MELANIN"
    strand = shader.node("ShaderNodeHairInfo")
    paler = shader.ramp(strand.outputs["Intercept"], 0.0, 0.55, to=(1.15, 1.0))
    shader.feed(
        shader.principled.inputs["Melanin"], shader.calc("MULTIPLY", paler, melanin)
    )
    shader.surface(
        melanin_redness=redness,
        roughness=0.32,
        radial_roughness=0.45,
        random_color=0.18,
        random_roughness=0.25,
    )
    return shader.material


def shoe_material(colour: Colour) -> bpy.types.Material:
    """Canvas on a white rubber sole, whatever the asset shows: no maker's marks."""
    shader = Shader("shoe")
    place = shader.node("ShaderNodeNewGeometry").outputs["Position"]
    axes = shader.node("ShaderNodeSeparateXYZ")
    shader.feed(axes.inputs[0], place)
    above = shader.ramp(axes.outputs[2], 0.020, 0.022)
    weave = shader.noise(place, 700, 3)
    shader.bump(weave, strength=0.2, distance=0.001)
    shader.surface(
        base_color=shader.mix(above, (0.78, 0.77, 0.74), colour),
        roughness=0.7,
        specular_IOR_level=0.25,
    )
    return shader.material


def sock_material(colour: Colour) -> bpy.types.Material:
    shader = Shader("sock")
    shader.surface(base_color=colour, roughness=0.9, sheen_weight=0.2)
    return shader.material


def cloth_material(colour: Colour) -> bpy.types.Material:
    """Jersey with a hem band and a line of stitches.

    The mesh carries `rest` (position) and `edge` (distance to its edge), in metres.
    """
    shader = Shader("cloth")
    edge = shader.attribute("edge").outputs["Fac"]
    rest = shader.attribute("rest").outputs["Vector"]
    fuzz, uneven = shader.noise(rest, 260, 4), shader.noise(rest, 6, 4)
    shade = shader.calc(
        "MULTIPLY",
        shader.calc("MULTIPLY_ADD", fuzz, 0.16, 0.92),
        shader.calc("MULTIPLY_ADD", uneven, 0.1, 0.95),
    )
    band = shader.calc("LESS_THAN", edge, 0.013)
    dyed = shader.mix(band, colour, _darker(colour, 0.93))
    from_seam = shader.calc("ABSOLUTE", shader.calc("SUBTRACT", edge, 0.0132))
    seam = shader.calc("LESS_THAN", from_seam, 0.0013)
    dyed = shader.mix(shader.calc("MULTIPLY", seam, 0.30), dyed, _darker(colour, 0.6))
    raised = shader.ramp(edge, 0.010, 0.015, to=(1, 0))
    height = shader.calc("ADD", shader.calc("MULTIPLY", fuzz, 0.25), raised)
    shader.bump(height, strength=0.5, distance=0.0015)
    shader.surface(
        base_color=shader.multiply(dyed, shader.combine(shade, shade, shade)),
        roughness=0.85,
        sheen_weight=0.25,
        specular_IOR_level=0.2,
    )
    return shader.material


def paper_material(colour: Colour) -> bpy.types.Material:
    shader = Shader("paper")
    shader.surface(base_color=colour, roughness=0.95, specular_IOR_level=0.1)
    return shader.material


def _darker(colour: Colour, share: float) -> Colour:
    red, green, blue = colour
    return red * share, green * share, blue * share
