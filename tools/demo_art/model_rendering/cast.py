"""The six house models: adults of about 25 years, all invented."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .makehuman import DATA
from .materials import Hair, Skin
from .outfits import Outfit

SKINS = DATA / "public/data/skins"

TANK = Outfit("tank", folds=0.085, drape=0.45, drape_width=0.9, hem=0.55, smoothing=10)
MENS_TANK = Outfit(
    "tank",
    strap=0.66,
    armhole=1.1,
    gap=0.06,
    folds=0.10,
    drape=0.7,
    drape_width=0.93,
    hem=0.7,
)
TEE = Outfit("tee", folds=0.13, drape=0.8, hem=0.75, smoothing=18)
SHORTS = Outfit("shorts", gap=0.035, flare=0.02, folds=0.04, smoothing=8)
MENS_SHORTS = Outfit(
    "shorts", waist=-0.25, leg=0.72, gap=0.06, flare=0.16, folds=0.10, smoothing=22
)

SMILE = {
    f"expression/units/caucasian/{unit}": share
    for unit, share in {
        "mouth-corner-puller": 0.4,
        "eyebrows-left-up": 0.25,
        "eyebrows-right-up": 0.25,
        "eyebrows-left-inner-up": 0.2,
        "eyebrows-right-inner-up": 0.2,
        "eye-left-slit": 0.08,
        "eye-right-slit": 0.08,
    }.items()
}


@dataclass(frozen=True)
class HouseModel:
    """A body, its skin and hair, and what it wears (innermost first)."""

    gender: str
    ethnicity: Mapping[str, float]
    seed: int
    measures: Mapping[str, float]
    detail: Mapping[str, float]
    skin: Skin
    eyes: str
    hair: tuple[Hair, ...]
    outfits: tuple[Outfit, ...]
    arm: float = 21
    leg: float = 2.6


def _hair(brows: int, lashes: int, style: Hair) -> tuple[Hair, ...]:
    return (
        Hair(f"eyebrows/eyebrow{brows:03d}"),
        Hair(f"eyelashes/eyelashes{lashes:02d}"),
        style,
    )


def _dyed(outfit: Outfit, *colour: float) -> Outfit:
    red, green, blue = colour
    return replace(outfit, colour=(red, green, blue))


CAST = {
    "w1": HouseModel(
        gender="female",
        ethnicity={"caucasian": 0.85, "asian": 0.15},
        seed=11,
        leg=3.6,
        measures={
            "muscle": 0.55,
            "weight": 0.46,
            "height": 0.58,
            "proportions": 0.9,
            "cup": 0.42,
            "firmness": 0.75,
        },
        detail=SMILE
        | {
            "head/head-oval": 0.5,
            "eyes/eye-size-big": 0.12,
            "chin/chin-width-min": 0.2,
            "nose/nose-scale-horiz-decr": 0.25,
        },
        skin=Skin(
            SKINS / "young_caucasian_female/textures"
            "/young_lightskinned_female_diffuse.png",
            saturation=0.92,
            value=0.86,
            tint=(1, 0.965, 0.92),
        ),
        eyes="brownlight",
        hair=_hair(1, 2, Hair("hair/long01", (0.95, 0.72, 0.52))),
        outfits=(_dyed(SHORTS, 0.03, 0.031, 0.036), _dyed(TANK, 0.20, 0.215, 0.235)),
    ),
    "w2": HouseModel(
        gender="female",
        ethnicity={"african": 1},
        seed=12,
        arm=20,
        leg=3.0,
        measures={
            "muscle": 0.5,
            "weight": 1.0,
            "height": 0.48,
            "proportions": 0.8,
            "cup": 0.65,
            "firmness": 0.6,
        },
        detail=SMILE
        | {
            "eyes/eye-size-big": 0.1,
            "head/head-fat": 0.35,
            "armslegs/upperarm-fat": 0.8,
            "hip/hip-scale-horiz-incr": 0.4,
            "armslegs/upperleg-fat": 0.6,
            "torso/torso-scale-horiz-incr": 0.15,
        },
        skin=Skin(
            SKINS / "young_african_female/textures"
            "/young_darkskinned_female_diffuse.png",
            saturation=0.85,
            value=1.25,
            tint=(0.95, 1.06, 1.08),
            roughness=0.36,
        ),
        eyes="brown",
        hair=_hair(
            9, 4, Hair("hair/afro01", (0.75, 0.62, 0.55), value=1.2, roughness=0.8)
        ),
        outfits=(_dyed(SHORTS, 0.035, 0.036, 0.042), _dyed(TANK, 0.66, 0.64, 0.60)),
    ),
    "w3": HouseModel(
        gender="female",
        ethnicity={"caucasian": 0.45, "asian": 0.3, "african": 0.25},
        seed=13,
        leg=3.6,
        measures={
            "muscle": 0.5,
            "weight": 0.52,
            "height": 0.42,
            "proportions": 0.8,
            "cup": 0.5,
            "firmness": 0.7,
        },
        detail=SMILE
        | {"head/head-round": 0.25, "mouth/mouth-upperlip-volume-inflate": 0.3},
        skin=Skin(
            SKINS / "young_asian_female/textures"
            "/young_lightskinned_female_diffuse3.png",
            saturation=0.90,
            value=0.66,
            tint=(0.98, 0.87, 0.78),
        ),
        eyes="brown",
        hair=_hair(4, 3, Hair("hair/Braid01", (0.8, 0.62, 0.5), value=1.3)),
        outfits=(_dyed(SHORTS, 0.10, 0.105, 0.115), _dyed(TANK, 0.46, 0.40, 0.33)),
    ),
    "m1": HouseModel(
        gender="male",
        ethnicity={"caucasian": 1},
        seed=21,
        measures={"muscle": 0.56, "weight": 0.47, "height": 0.55, "proportions": 0.8},
        detail=SMILE | {"torso/torso-vshape-less": 0.25},
        skin=Skin(
            SKINS / "young_caucasian_male/textures/young_lightskinned_male_diffuse.png",
            saturation=0.92,
            value=0.80,
            tint=(1, 0.97, 0.93),
        ),
        eyes="blue",
        hair=_hair(2, 3, Hair("hair/short02", (0.7, 0.58, 0.48))),
        outfits=(_dyed(MENS_SHORTS, 0.045, 0.05, 0.06), _dyed(TEE, 0.34, 0.345, 0.35)),
    ),
    "m2": HouseModel(
        gender="male",
        ethnicity={"african": 1},
        seed=22,
        arm=22,
        measures={"muscle": 0.72, "weight": 0.45, "height": 0.62, "proportions": 0.85},
        detail=SMILE,
        skin=Skin(
            SKINS / "young_african_male/textures/young_darkskinned_male_diffuse.png",
            saturation=0.9,
            value=1.15,
            roughness=0.36,
        ),
        eyes="brown",
        hair=_hair(8, 3, Hair("hair/short04", (0.5, 0.45, 0.42), roughness=0.85)),
        outfits=(
            _dyed(MENS_SHORTS, 0.15, 0.155, 0.16),
            _dyed(MENS_TANK, 0.62, 0.61, 0.60),
        ),
    ),
    "m3": HouseModel(
        gender="male",
        ethnicity={"asian": 0.85, "caucasian": 0.15},
        seed=23,
        arm=20,
        measures={"muscle": 0.48, "weight": 0.82, "height": 0.48, "proportions": 0.7},
        detail=SMILE | {"head/head-round": 0.2},
        skin=Skin(
            SKINS / "young_asian_male/textures/young_lightskinned_male_diffuse3.png",
            saturation=0.98,
            value=0.84,
            tint=(0.98, 0.94, 0.88),
        ),
        eyes="brown",
        hair=_hair(12, 3, Hair("hair/short01", (0.6, 0.55, 0.52))),
        outfits=(_dyed(MENS_SHORTS, 0.04, 0.042, 0.048), _dyed(TEE, 0.09, 0.11, 0.15)),
    ),
}
