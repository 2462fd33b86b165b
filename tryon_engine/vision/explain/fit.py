"""What was found of a garment and how it lies on the person, drawn.

`manage.py explain_tryon` writes these pictures; docs/operations.md says how to read
them.
"""

import cv2
import numpy as np

from ..arrays import Mask, Points, RGBImage
from ..compose.worn import Worn
from ..fit.pieces import Piece
from ..garment.reading import GarmentReading
from ..person.body import PersonReading
from .drawing import (
    BLUE,
    PALETTE,
    PAPER,
    RED,
    THIN,
    Panel,
    around,
    as_factor,
    by_confidence,
    cut_out,
    dotted,
    faded,
    lined,
    outlined,
    side_by_side,
    tinted,
    with_legend,
    write,
)

GRID_STEP = 1 / 22
"""Distance of the drawn net's lines, in lengths of the flat's longer side."""
SLOPE_PX = 4.0
MOST_STRETCH = 0.6
"""Height over width, less 1, of a square of the flat that is drawn in full colour."""


def draw_garment(garment: GarmentReading) -> RGBImage:
    """Outline, key points with their confidence, collar and inside of the back."""
    marked = outlined(faded(garment.image, 0.3), garment.mask, BLUE)
    if garment.back is not None:
        marked = tinted(marked, garment.back, PALETTE[3], 0.6)
    if garment.collar is not None:
        marked = lined(marked, [garment.collar], RED, 3)
    axis_x = garment.outline.axis_x
    y0, y1 = garment.outline.y0, garment.outline.y0 + garment.outline.height
    axis = np.array([[axis_x, y0], [axis_x, y1]], np.float32)
    marked = lined(marked, [axis], THIN, 1)
    texts = []
    for name, point in garment.keypoints.items():
        marked = dotted(marked, point.xy[None], by_confidence(point.confidence), 6)
        texts.append(((point.x + 10, point.y), f"{name} {point.confidence:.2f}"))
    clean = garment.clean / np.float32(255)
    return side_by_side(
        [
            Panel(garment.image, "flat at working scale"),
            Panel(write(marked, texts), "outline, key points; green: inside of back"),
            Panel(cut_out(clean, garment.matte), "cut-out, as it is worn"),
            Panel(garment.clean, "colours continued beyond the edge"),
        ]
    )


def draw_mesh(person: PersonReading, worn: Worn) -> RGBImage:
    """The same net on the flat and, deformed, on the person; key points in pairs."""
    garment = worn.garment
    flat, body = faded(garment.image), faded(person.image)
    step = GRID_STEP * max(garment.size)
    for number, piece in enumerate(worn.fit.pieces):
        colour = PALETTE[(number + 2) % len(PALETTE)]
        for line in _net(piece.coverage > 0.5, step):
            flat = lined(flat, [line], colour, 2)
            body = lined(body, [piece.deform(line)], colour, 2)
    pairs = _pairs(worn)
    flat, body = (
        _numbered(ground, [pair[which] for pair in pairs.values()])
        for which, ground in enumerate((flat, body))
    )
    body = body[around(person.mask)]
    legend = [
        (PALETTE[(number + 2) % len(PALETTE)], piece.name.replace("_", " "))
        for number, piece in enumerate(worn.fit.pieces)
    ]
    names = [(PAPER, f"{number} {name}") for number, name in enumerate(pairs, 1)]
    return side_by_side(
        [
            Panel(flat, "net on the flat"),
            Panel(with_legend(body, legend + names), "the same net on the person"),
        ]
    )


def draw_pieces(worn: Worn, person: PersonReading) -> RGBImage:
    """Each piece as it lies on the person, and how much it is stretched."""
    pieces = worn.warp(person.size, fine=False)
    shown = np.maximum.reduce([piece.matte for piece in pieces.values()]) > 0.1
    box = around(shown)
    panels = [
        Panel(cut_out(piece.image[box], piece.matte[box]), name.replace("_", " "))
        for name, piece in pieces.items()
    ]
    stretch = np.ones(person.size, np.float32)
    for piece, backward in zip(worn.fit.pieces, worn.maps, strict=True):
        seen = pieces[piece.name].matte > 0.5
        # Maps are interpolated between cells: only over some pixels do slopes count.
        x, y = (cv2.GaussianBlur(f, (0, 0), SLOPE_PX) for f in (backward.x, backward.y))
        wide = np.abs(np.gradient(x, axis=1)) * worn.fit.scale
        high = np.abs(np.gradient(y, axis=0)) * worn.fit.scale
        ratio = np.clip(high, 0.2, 5) / np.clip(wide, 0.2, 5)
        stretch = np.where(seen, ratio, stretch)
    panels.append(
        Panel(
            as_factor(stretch, MOST_STRETCH)[box],
            "amber: pulled wide; blue: pulled long",
        )
    )
    return side_by_side(panels)


def _net(inside: Mask, step: float) -> list[Points]:
    """Lines of a square net, as points about 4 px apart, where `inside` is."""
    height, width = inside.shape
    lines = []
    for vertical in (False, True):
        across, along = (width, height) if vertical else (height, width)
        run = np.arange(0, along, 4, dtype=np.float32)
        for at in np.arange(step / 2, across, step):
            still = np.full_like(run, at)
            xy = np.stack([still, run] if vertical else [run, still], axis=1)
            column, row = xy.astype(int).T
            seen = inside[row, column]
            cuts = np.flatnonzero(np.diff(seen.astype(int))) + 1
            parts = np.split(np.arange(len(run)), cuts)
            lines += [xy[part] for part in parts if seen[part[0]] and len(part) > 1]
    return lines


def _numbered(ground: RGBImage, places: list[Points]) -> RGBImage:
    """Dots at (2,) places, numbered from 1."""
    spots = [
        ((float(x) + 9, float(y) - 9), str(number))
        for number, (x, y) in enumerate(places, 1)
    ]
    dots = np.array(places, np.float32).reshape(-1, 2)
    return write(dotted(ground, dots, RED), spots, 18, RED)


def _pairs(worn: Worn) -> dict[str, tuple[Points, Points]]:
    """Key points of the flat by name, with their places on the person."""
    pairs = {}
    for name, point in worn.garment.keypoints.items():
        deform = _piece_of(worn, name, point.xy).deform
        pairs[name] = point.xy, deform(point.xy[None])[0]
    return pairs


def _piece_of(worn: Worn, name: str, at: Points) -> Piece:
    """The piece that draws a key point: the one that covers it best."""
    x, y = np.clip(np.round(at).astype(int), 0, np.array(worn.garment.size[::-1]) - 1)
    near = np.s_[max(y - 6, 0) : y + 7, max(x - 6, 0) : x + 7]
    side = name.split("_")[0]
    pieces = [
        piece
        for piece in worn.fit.pieces
        if piece.name.split("_")[0] in (side, "torso")
    ] or list(worn.fit.pieces)
    return max(pieces, key=lambda piece: float(piece.coverage[near].mean()))
