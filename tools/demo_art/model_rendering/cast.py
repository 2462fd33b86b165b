"""The six house models: adults of about 25 years, all invented."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .hair import Haircut
from .makehuman import DATA
from .materials import FineHair, Skin
from .nodes import Colour
from .outfits import Outfit
from .posing import Arm, Stance

SKINS = DATA / "public/data/skins"

TANK = Outfit("tank", folds=0.085, drape=0.45, drape_width=0.9, hem=0.55, smoothing=10)
MENS_TANK = Outfit(
    "tank", gap=0.05, folds=0.085, drape=0.6, drape_width=0.9, hem=0.6, smoothing=10
)
TEE = Outfit("tee", folds=0.13, drape=0.8, hem=0.75, smoothing=18)
SHORTS = Outfit("shorts", gap=0.035, flare=0.02, folds=0.04, smoothing=8)
MENS_SHORTS = Outfit(
    "shorts", waist=-0.25, leg=0.72, gap=0.06, flare=0.16, folds=0.10, smoothing=22
)

SMILE = {
    f"expression/units/caucasian/{unit}": share
    for unit, share in {
        "mouth-corner-puller": 0.75,
        "mouth-retraction": 0.12,
        "eyebrows-left-up": 0.25,
        "eyebrows-right-up": 0.25,
        "eyebrows-left-inner-up": 0.45,
        "eyebrows-right-inner-up": 0.45,
        "eye-left-slit": 0.15,
        "eye-right-slit": 0.15,
    }.items()
} | {
    "cheek/cheek-trans-vert-up": 0.25,
    "mouth/mouth-angles-up": 0.2,
    "eyebrows/eyebrows-angle-up": 0.4,
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
    fine_hair: tuple[FineHair, ...]
    haircut: Haircut
    scalp: Colour
    outfits: tuple[Outfit, ...]
    shoes: Colour
    stance: Stance


def _fine_hair(brows: int, lashes: int) -> tuple[FineHair, ...]:
    return (
        FineHair(f"eyebrows/eyebrow{brows:03d}"),
        FineHair(f"eyelashes/eyelashes{lashes:02d}"),
    )


def _dyed(outfit: Outfit, *colour: float) -> Outfit:
    red, green, blue = colour
    return replace(outfit, colour=(red, green, blue))


CAST = {
    "w1": HouseModel(
        gender="female",
        ethnicity={"caucasian": 0.85, "asian": 0.15},
        seed=11,
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
        shoes=(0.045, 0.047, 0.055),
        stance=Stance(
            weight_on="R",
            hip=3.5,
            head_turn=-5,
            head_tilt=-2,
            right_arm=Arm(out=18, palm_back=40),
        ),
        skin=Skin(
            SKINS / "young_caucasian_female/textures"
            "/young_lightskinned_female_diffuse.png",
            saturation=0.92,
            value=0.62,
            tint=(1, 0.95, 0.885),
        ),
        eyes="brownlight",
        fine_hair=_fine_hair(11, 2),
        haircut=Haircut(
            "long",
            0.75,
            0.45,
            points=26,
            ends=-0.28,
            back=2.0,
            parting=0.02,
            volume=0.012,
            rise=0.25,
        ),
        scalp=(0.25, 0.15, 0.10),
        outfits=(_dyed(SHORTS, 0.03, 0.031, 0.036), _dyed(TANK, 0.20, 0.215, 0.235)),
    ),
    "w2": HouseModel(
        gender="female",
        ethnicity={"african": 1},
        seed=12,
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
        shoes=(0.15, 0.085, 0.055),
        stance=Stance(
            weight_on="L",
            hip=2.8,
            feet=1.35,
            head_turn=3,
            head_tilt=3,
            left_arm=Arm(out=23, lower_out=13),
            right_arm=Arm(out=22, lower_out=14, palm_back=40),
        ),
        skin=Skin(
            SKINS / "young_african_female/textures"
            "/young_darkskinned_female_diffuse.png",
            saturation=0.85,
            value=1.25,
            tint=(0.95, 1.06, 1.08),
            roughness=0.36,
        ),
        eyes="brown",
        fine_hair=_fine_hair(11, 4),
        haircut=Haircut(
            "afro", 0.985, 0.3, top=0.036, points=14, frizz=0.006, strands=24_000
        ),
        scalp=(0.07, 0.055, 0.05),
        outfits=(_dyed(SHORTS, 0.035, 0.036, 0.042), _dyed(TANK, 0.66, 0.64, 0.60)),
    ),
    "w3": HouseModel(
        gender="female",
        ethnicity={"caucasian": 0.45, "asian": 0.3, "african": 0.25},
        seed=13,
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
        shoes=(0.33, 0.34, 0.36),
        stance=Stance(
            weight_on="L",
            hip=3.4,
            turn=3,
            head_turn=6,
            head_tilt=4,
            left_arm=Arm(out=19),
        ),
        skin=Skin(
            SKINS / "young_asian_female/textures"
            "/young_lightskinned_female_diffuse3.png",
            saturation=0.90,
            value=0.62,
            tint=(1, 0.90, 0.80),
        ),
        eyes="brown",
        fine_hair=_fine_hair(1, 3),
        haircut=Haircut(
            "long",
            0.96,
            0.3,
            points=16,
            ends=-0.09,
            parting=0.03,
            fringe=0.85,
            volume=0.014,
            rise=0.3,
        ),
        scalp=(0.10, 0.08, 0.07),
        outfits=(_dyed(SHORTS, 0.10, 0.105, 0.115), _dyed(TANK, 0.46, 0.40, 0.33)),
    ),
    "m1": HouseModel(
        gender="male",
        ethnicity={"caucasian": 1},
        seed=21,
        measures={"muscle": 0.56, "weight": 0.47, "height": 0.55, "proportions": 0.8},
        detail=SMILE | {"torso/torso-vshape-less": 0.25},
        shoes=(0.05, 0.07, 0.12),
        stance=Stance(
            weight_on="R",
            hip=2.4,
            feet=1.35,
            turn=-3,
            head_turn=4,
            head_tilt=-3,
            left_arm=Arm(out=20, lower_out=9),
            right_arm=Arm(out=17, palm_back=22),
        ),
        skin=Skin(
            SKINS / "young_caucasian_male/textures/young_lightskinned_male_diffuse.png",
            saturation=0.92,
            value=0.65,
            tint=(1, 0.96, 0.905),
        ),
        eyes="blue",
        fine_hair=_fine_hair(1, 3),
        haircut=Haircut(
            "short",
            0.82,
            0.25,
            top=0.042,
            sides=0.02,
            sweep=0.7,
            rise=0.7,
            frizz=0.0022,
        ),
        scalp=(0.30, 0.20, 0.14),
        outfits=(_dyed(MENS_SHORTS, 0.045, 0.05, 0.06), _dyed(TEE, 0.34, 0.345, 0.35)),
    ),
    "m2": HouseModel(
        gender="male",
        ethnicity={"african": 1},
        seed=22,
        measures={"muscle": 0.72, "weight": 0.45, "height": 0.62, "proportions": 0.85},
        detail=SMILE,
        shoes=(0.055, 0.055, 0.058),
        stance=Stance(
            weight_on="L",
            hip=2.6,
            feet=1.3,
            head_turn=-5,
            head_tilt=2,
            right_arm=Arm(out=20, lower_out=9, lower_forward=14),
        ),
        skin=Skin(
            SKINS / "young_african_male/textures/young_darkskinned_male_diffuse.png",
            saturation=0.9,
            value=1.15,
            roughness=0.36,
        ),
        eyes="brown",
        fine_hair=_fine_hair(8, 3),
        haircut=Haircut("cropped", 0.99, 0.2, top=0.007, points=4, frizz=0.001),
        scalp=(0.07, 0.055, 0.05),
        outfits=(
            _dyed(MENS_SHORTS, 0.15, 0.155, 0.16),
            _dyed(MENS_TANK, 0.62, 0.61, 0.60),
        ),
    ),
    "m3": HouseModel(
        gender="male",
        ethnicity={"asian": 0.85, "caucasian": 0.15},
        seed=23,
        measures={"muscle": 0.48, "weight": 0.82, "height": 0.48, "proportions": 0.7},
        detail=SMILE | {"head/head-round": 0.2},
        shoes=(0.26, 0.22, 0.17),
        stance=Stance(
            weight_on="R",
            hip=2.2,
            feet=1.4,
            turn=2,
            head_turn=5,
            head_tilt=-2,
            left_arm=Arm(out=18, palm_back=38),
            right_arm=Arm(out=20, lower_out=9),
        ),
        skin=Skin(
            SKINS / "young_asian_male/textures/young_lightskinned_male_diffuse3.png",
            saturation=0.98,
            value=0.72,
            tint=(1, 0.95, 0.88),
        ),
        eyes="brown",
        fine_hair=_fine_hair(1, 3),
        haircut=Haircut(
            "short",
            0.97,
            0.3,
            top=0.036,
            sides=0.016,
            sweep=-0.5,
            rise=1.0,
            frizz=0.0024,
        ),
        scalp=(0.10, 0.08, 0.07),
        outfits=(_dyed(MENS_SHORTS, 0.04, 0.042, 0.048), _dyed(TEE, 0.09, 0.11, 0.15)),
    ),
}
