"""Hiding a face, for looks that are shared without it."""

from typing import Any, Final

from PIL import Image, ImageDraw

Box = tuple[int, int, int, int]

BLOCKS: Final = 6  # along the short side of what is hidden: nobody is known by these
HEAD_WIDTH: Final = 0.62  # of the shoulders' distance, hair included
NECK: Final = 0.12  # of that distance: the chin ends so far above the shoulders
WHEN_UNKNOWN: Final = 0.25  # of the picture's height, if nobody told where the head is


def hide_face(image: Image.Image, facts: dict[str, Any]) -> None:
    """Turn the head into a few coarse blocks, in place.

    Parameters
    ----------
    image : RGB
    facts : what the image check found in the person image, which has the same size:
        "box" and "joints". Without them the whole upper quarter is hidden: too much
        rather than too little.
    """
    box = head_box(image.size, facts)
    head = image.crop(box)
    share = BLOCKS / max(1, min(head.size))
    small = head.resize(
        [max(1, round(side * share)) for side in head.size], Image.Resampling.BOX
    )
    blocks = small.resize(head.size, Image.Resampling.NEAREST)
    image.paste(blocks, box[:2], _ellipse(head.size) if facts.get("joints") else None)


def head_box(size: tuple[int, int], facts: dict[str, Any]) -> Box:
    """Left, top, right and bottom of the head, within a picture of this size."""
    width, height = size
    joints = facts.get("joints") or {}
    try:
        left, right = (joints[f"{side}_shoulder"][:2] for side in ("left", "right"))
        top = facts["box"][1]
    except (KeyError, TypeError, IndexError):
        return 0, 0, width, max(1, round(WHEN_UNKNOWN * height))
    apart = max(abs(left[0] - right[0]), 0.1 * width)
    centre = (left[0] + right[0]) / 2
    chin = min(left[1], right[1]) - NECK * apart
    found = (
        max(0, centre - HEAD_WIDTH * apart / 2 - 0.1 * apart),
        max(0, top - 0.05 * apart),
        min(width, centre + HEAD_WIDTH * apart / 2 + 0.1 * apart),
        min(height, max(chin, top + 0.4 * apart)),
    )
    return tuple(round(edge) for edge in found)


def _ellipse(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, size[0] - 1, size[1] - 1), min(size) // 2, fill=255
    )
    return mask
