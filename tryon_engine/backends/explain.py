"""Try on once with the warp backend, and keep a labelled picture of every stage."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..vision.arrays import RGBImage
from ..vision.compose.undressing import as_worn_with, undress_for
from ..vision.compose.worn import Worn
from ..vision.explain.drawing import contact_sheet, titled
from ..vision.explain.fit import draw_garment, draw_mesh, draw_pieces
from ..vision.explain.person import draw_body, draw_hidden, draw_parsing, draw_person
from ..vision.explain.result import draw_mask, draw_result, draw_shading
from . import Options, Outfit, Result
from .warp import Fitting, WarpBackend


@dataclass(frozen=True, eq=False)
class Explanation:
    """A try-on, told in pictures.

    Attributes
    ----------
    pictures : dict of str to (H, W, 3) uint8, RGB
        In the order of the stages, by names such as "01_person"; "index" is a sheet of
        all of them.
    notes : dict
        What was found, and the seconds that each stage took: plain values.
    """

    pictures: dict[str, RGBImage] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


def explain(person: RGBImage, outfit: Outfit, options: Options) -> Explanation:
    """Try an outfit on and draw what each stage found.

    Raises `VisionError` for what cannot be tried on, as the backend itself does.
    """
    backend = WarpBackend()
    fitting = backend.fit(person, outfit)
    coarse = backend.coarse(person, outfit, options)
    refined = backend.refine(person, coarse.image, outfit, options)
    notes = _notes(fitting, coarse, refined)
    pictures: dict[str, RGBImage] = {}
    for name, title, lines, image in _stages(person, fitting, coarse, refined):
        number = len(pictures) + 1
        page = titled(image, f"{number}  {title}", lines)
        pictures[f"{number:02d}_{name}"] = page
    pictures["index"] = contact_sheet(list(pictures.values()))
    return Explanation(pictures, notes)


def _stages(
    person: RGBImage, fitting: Fitting, coarse: Result, refined: Result
) -> Iterator[tuple[str, str, list[str], RGBImage]]:
    """Yield (name, title, lines under it, picture) of every stage."""
    reading, hidden = fitting.wearer.reading, fitting.wearer.hidden
    worn = [garment for garment in (fitting.top, fitting.bottom) if garment]
    colours = ["Joints and points: green is sure, amber doubtful, red unlikely."]
    yield "person", "Person", colours, draw_person(reading)
    yield "parsing", "Parsing", [], draw_parsing(reading)
    frame = ["down: 0 at the shoulders, 1 at the hips, in torso lengths."]
    yield "body", "Body under the clothes", frame, draw_body(reading)
    garments = fitting.top, fitting.bottom
    bare = undress_for(as_worn_with(reading, *garments), hidden, *garments)
    yield (
        "undressed",
        "What the old clothes hid, made up",
        [],
        draw_hidden(hidden, bare.image, bare.erased),
    )
    for garment in worn:
        kind = garment.garment.category.value
        lines = [garment.garment.describe()]
        yield f"{kind}_garment", "Garment", lines, draw_garment(garment.garment)
        lines = [_fit_line(garment)]
        yield f"{kind}_fit", "Fit", lines, draw_mesh(reading, garment)
        yield f"{kind}_pieces", "Pieces as worn", [], draw_pieces(garment, reading)
    yield "mask", "What changed", [], draw_mask(person, refined.image, refined.mask)
    factors = ["White: unchanged; blue: darker; amber: lighter, by a quarter at most."]
    yield "shading", "Light", factors, draw_shading(reading, worn, refined.image)
    for name, result in (("coarse", coarse), ("refined", refined)):
        page = draw_result(person, result.image, result.mask)
        yield name, name.capitalize(), _trust_lines(result), page


def _trust_lines(result: Result) -> list[str]:
    trust = result.confidence
    if trust is None:
        return []
    reasons = " ".join(doubt.message for doubt in trust.reasons) or "No doubts."
    return [f"confidence {trust.score:.2f}: {reasons}"]


def _fit_line(worn: Worn) -> str:
    fit = worn.fit
    return (
        f"scale {fit.scale:.3f}, from {fit.top_down:.2f} to {fit.hem_down:.2f} down"
        + "".join(f", {s} cuff at {along:.2f}" for s, along in fit.cuff_along.items())
    )


def _notes(fitting: Fitting, coarse: Result, refined: Result) -> dict[str, Any]:
    person = fitting.wearer.reading
    worn = {"top": fitting.top, "bottom": fitting.bottom}
    return {
        "seconds": {
            **fitting.seconds,
            "coarse": coarse.notes["seconds"]["draw"],
            "refined": refined.notes["seconds"]["draw"],
        },
        "person": {
            "size": list(person.size),
            "scale": person.scale,
            "shoulder_width_px": person.shoulder_width,
            "torso_length_px": person.torso_length,
            "sleeve_extent": person.sleeve_extent,
            "is_dress": person.is_dress,
            "has_face": person.face_mesh is not None,
        },
        "garments": {slot: _garment_notes(one) for slot, one in worn.items() if one},
        "changed_share": float(refined.mask.mean()),
        "confidence": refined.confidence.as_dict() if refined.confidence else None,
    }


def _garment_notes(worn: Worn) -> dict[str, Any]:
    return {
        "reading": worn.garment.describe(),
        "keypoints": {
            name: [point.x, point.y, point.confidence]
            for name, point in worn.garment.keypoints.items()
        },
        "scale": worn.fit.scale,
        "top_down": worn.fit.top_down,
        "hem_down": worn.fit.hem_down,
        "cuff_along": worn.fit.cuff_along,
    }
