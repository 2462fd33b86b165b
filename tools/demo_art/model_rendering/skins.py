"""MakeHuman's skin scans, corrected: one tone from head to toe, and a scalp."""

from pathlib import Path

import bpy
import cv2
import numpy as np
from numpy.typing import NDArray

from .nodes import Colour
from .scalp import hair_density, on_head

SIZE = 1024
FACE = (0.775, 0.815, 0.41, 0.555)
"""Forehead: left, right, low and high in the texture; its tone is the body's."""
EVENNESS_BODY, EVENNESS_HEAD = 0.95, 0.30


def corrected_skin(texture: Path, scalp: Colour) -> bpy.types.Image:
    """Return the skin with an even tone, its scalp in the colour of the hair (sRGB)."""
    scan = cv2.imread(str(texture)).astype(np.float32) / 255
    scan = cv2.resize(scan, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    v, u = (np.mgrid[:SIZE, :SIZE] + 0.5) / SIZE
    v = 1 - v
    left, right, low, high = FACE
    on_face = (u > left) & (u < right) & (v > low) & (v < high)
    tone = np.median(scan[on_face], axis=0)
    even = _evened(scan, tone, blur=9, strength=EVENNESS_BODY)
    even_head = _evened(scan, tone, blur=60, strength=EVENNESS_HEAD)
    places = np.column_stack([u.ravel(), v.ravel()])
    head = on_head(places).reshape(u.shape)
    share = cv2.GaussianBlur(head.astype(np.float32), (0, 0), 2)[..., None]
    skin = even + share * (even_head - even)
    density = hair_density(places).reshape(u.shape)
    density = 0.8 * cv2.GaussianBlur(density.astype(np.float32), (0, 0), 3)[..., None]
    skin = skin + density * (np.array(scalp[::-1], np.float32) - skin)
    return _as_image(np.clip(skin, 0, 1))


def _evened(scan: NDArray, tone: NDArray, blur: float, strength: float) -> NDArray:
    low = cv2.GaussianBlur(scan, (0, 0), blur)
    return scan * (tone / np.maximum(low, 0.02)) ** strength


def _as_image(bgr: NDArray) -> bpy.types.Image:
    image = bpy.data.images.new("skin", SIZE, SIZE)
    pixels = np.ones((SIZE, SIZE, 4), np.float32)
    pixels[..., :3] = bgr[::-1, :, ::-1]
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    return image
