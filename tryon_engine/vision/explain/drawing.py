"""Drawing aids for explanations: text, tints, marks, and panels side by side.

Everything here returns a new picture, (H, W, 3) uint8 RGB. Sizes in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..arrays import FloatImage, Mask, Matte, Points, RGBImage, Size, resize, to_bytes
from ..masks import bounding_box

Colour = tuple[int, int, int]

PAPER: Colour = (250, 249, 247)
INK: Colour = (32, 30, 31)
SOFT_INK: Colour = (110, 104, 104)
WHITE: Colour = (255, 255, 255)
RED: Colour = (200, 38, 58)
BLUE: Colour = (36, 92, 200)
GREEN: Colour = (24, 140, 92)
AMBER: Colour = (226, 146, 20)
PALETTE: tuple[Colour, ...] = (
    (126, 84, 170),
    (240, 160, 92),
    (52, 128, 204),
    (38, 158, 96),
    (210, 66, 92),
    (226, 190, 40),
    (24, 168, 176),
    (150, 104, 60),
    (232, 120, 190),
    (110, 120, 130),
)
"""Colours that can be told apart on photos and from each other."""
RIM: Colour = (226, 223, 219)
THIN: Colour = (150, 148, 146)
SURE, DOUBTFUL = 0.8, 0.5
"""Confidences from which a point is drawn green, and amber; below, red."""
CHEQUER_PX = 14
PANEL_HEIGHT = 900
GAP = 14
CAPTION_PX, TITLE_PX, LINE_PX = 20, 30, 20


@dataclass(frozen=True, eq=False)
class Panel:
    """A picture with a caption under it."""

    image: RGBImage
    caption: str


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, so that pictures look the same on every machine."""
    return ImageFont.load_default(size_px)


def by_confidence(confidence: float) -> Colour:
    """Return the colour in which a finding of this confidence is drawn."""
    return GREEN if confidence >= SURE else AMBER if confidence >= DOUBTFUL else RED


def write(
    image: RGBImage,
    texts: Sequence[tuple[tuple[float, float], str]],
    size_px: int = 15,
    colour: Colour = INK,
    halo: Colour | None = WHITE,
) -> RGBImage:
    """Write texts at (x, y) of their left middle, with a halo to be read on photos.

    Near the right edge they are moved to the left, so that none is cut off.
    """
    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    for (x, y), text in texts:
        most_x = image.shape[1] - font(size_px).getlength(text) - 4
        pen.text(
            (max(min(x, most_x), 2), y),
            text,
            fill=colour,
            font=font(size_px),
            anchor="lm",
            stroke_width=2 if halo else 0,
            stroke_fill=halo,
        )
    return np.array(picture)


def faded(image: RGBImage, share: float = 0.55) -> RGBImage:
    """Return `image` mixed with white, as ground for marks."""
    return to_bytes(image / np.float32(255) * (1 - share) + share)


def tinted(
    image: RGBImage, where: Mask | Matte, colour: Colour, share: float = 0.5
) -> RGBImage:
    """Return `image` mixed with `colour` where the mask or matte is."""
    matte = share * where.astype(np.float32)[..., None]
    return np.round(image * (1 - matte) + np.array(colour, np.float32) * matte).astype(
        np.uint8
    )


def outlined(
    image: RGBImage, mask: Mask, colour: Colour, width_px: int = 2
) -> RGBImage:
    """Return `image` with the mask's edge drawn."""
    edges, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
    )
    drawn = image.copy()
    cv2.drawContours(drawn, edges, -1, colour, width_px, cv2.LINE_AA)
    return drawn


def lined(
    image: RGBImage, lines: Sequence[Points], colour: Colour, width_px: int = 2
) -> RGBImage:
    """Return `image` with polylines; points that are not finite are left out."""
    drawn = image.copy()
    for line in lines:
        known = line[np.isfinite(line).all(axis=1)]
        points = np.round(np.clip(known, -20_000, 20_000) * 8).astype(np.int32)
        if len(points) > 1:
            cv2.polylines(drawn, [points], False, colour, width_px, cv2.LINE_AA, 3)
    return drawn


def dotted(
    image: RGBImage, points: Points, colour: Colour, radius_px: int = 5
) -> RGBImage:
    """Return `image` with filled dots, ringed in white."""
    drawn = image.copy()
    for x, y in np.round(points).astype(int).tolist():
        cv2.circle(drawn, (x, y), radius_px + 2, WHITE, -1, cv2.LINE_AA)
        cv2.circle(drawn, (x, y), radius_px, colour, -1, cv2.LINE_AA)
    return drawn


def around(mask: Mask, margin: float = 0.05) -> tuple[slice, slice]:
    """Return the rows and columns of a mask's box with a margin, for cropping.

    The margin is a share of the box's longer side; an empty mask gives everything.
    """
    x0, y0, x1, y1 = bounding_box(mask)
    if x1 <= x0:
        return slice(None), slice(None)
    more = round(margin * max(x1 - x0, y1 - y0))
    return slice(max(y0 - more, 0), y1 + more), slice(max(x0 - more, 0), x1 + more)


def chequered(size: Size) -> FloatImage:
    """Return the grey chequers that stand for "nothing", float in [0, 1]."""
    y, x = np.mgrid[: size[0], : size[1]] // CHEQUER_PX
    grey = np.where((x + y) % 2, 0.93, 0.80)[..., None]
    return np.broadcast_to(grey, (*size, 3)).astype(np.float32)


def cut_out(image: FloatImage, matte: Matte) -> RGBImage:
    """Return a picture on chequers, as far as its matte shows it."""
    share = matte[..., None]
    ground = chequered(matte.shape)
    return to_bytes(ground + (image - ground) * share)


def as_heat(values: np.ndarray, most: float) -> RGBImage:
    """Return values from 0 to `most` as colours from dark to bright (inferno)."""
    grey = np.round(255 * np.clip(values / most, 0, 1)).astype(np.uint8)
    return cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO)[..., ::-1].copy()


def as_factor(values: np.ndarray, reach: float = 0.25) -> RGBImage:
    """Return factors of light: white is 1, blue darker, amber lighter by `reach`."""
    part = np.clip((values - 1) / reach, -1, 1).astype(np.float32)[..., None]
    ends = np.where(part < 0, np.array(BLUE, np.float32), np.array(AMBER, np.float32))
    return np.round(255 + (ends - 255) * np.abs(part)).astype(np.uint8)


def with_legend(image: RGBImage, entries: Sequence[tuple[Colour, str]]) -> RGBImage:
    """Return `image` with a key of colours on the right of it."""
    step, width = 34, 230
    side = np.full((image.shape[0], width, 3), PAPER, np.uint8)
    for row, (colour, _) in enumerate(entries):
        cv2.rectangle(side, (14, 14 + row * step), (36, 36 + row * step), colour, -1)
    texts = [((48.0, 25.0 + row * step), text) for row, (_, text) in enumerate(entries)]
    return np.hstack([image, write(side, texts, 17, halo=None)])


def side_by_side(panels: Sequence[Panel], height: int = PANEL_HEIGHT) -> RGBImage:
    """Return panels in one row, all of one height, each with its caption below."""
    columns = []
    for panel in panels:
        high, wide = panel.image.shape[:2]
        width = max(round(wide * height / high), 1)
        foot = np.full((CAPTION_PX + 22, width, 3), PAPER, np.uint8)
        foot = write(
            foot, [((2.0, 20.0), panel.caption)], CAPTION_PX, SOFT_INK, halo=None
        )
        columns.append(np.vstack([resize(panel.image, (height, width)), foot]))
    gap = np.full((columns[0].shape[0], GAP, 3), PAPER, np.uint8)
    parts = [part for column in columns for part in (column, gap)][:-1]
    return np.hstack(parts)


def titled(image: RGBImage, title: str, lines: Sequence[str] = ()) -> RGBImage:
    """Return `image` framed like a page, with a title and lines of text above."""
    margin, head = 24, 64 + 28 * len(lines)
    widest = max(
        [font(TITLE_PX).getlength(title)]
        + [font(LINE_PX).getlength(line) for line in lines]
    )
    width = max(image.shape[1], round(widest)) + 2 * margin
    page = np.full((image.shape[0] + head + margin, width, 3), PAPER, np.uint8)
    page[head : head + image.shape[0], margin : margin + image.shape[1]] = image
    page = write(page, [((margin, 34.0), title)], TITLE_PX, halo=None)
    places = [((margin, 72.0 + 28 * row), line) for row, line in enumerate(lines)]
    return write(page, places, LINE_PX, SOFT_INK, halo=None)


def contact_sheet(
    pages: Sequence[RGBImage], height: int = 420, width: int = 2400
) -> RGBImage:
    """Return pages on one sheet, all of one height, in rows up to a width."""
    rows: list[list[RGBImage]] = [[]]
    used = GAP
    for page in pages:
        wide = max(round(page.shape[1] * height / page.shape[0]), 1)
        if used + wide + GAP > width and rows[-1]:
            rows.append([])
            used = GAP
        rows[-1].append(resize(page, (height, wide)))
        used += wide + GAP
    sheet_width = GAP + max(sum(page.shape[1] + GAP for page in row) for row in rows)
    sheet_height = GAP + len(rows) * (height + GAP)
    sheet = np.full((sheet_height, sheet_width, 3), RIM, np.uint8)
    for number, row in enumerate(rows):
        y, x = GAP + number * (height + GAP), GAP
        for page in row:
            sheet[y : y + height, x : x + page.shape[1]] = page
            x += page.shape[1] + GAP
    return sheet
