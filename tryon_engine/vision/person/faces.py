"""Where things are on the 468-point face mesh."""

from typing import Final

FOREHEAD: Final = 10
CHIN: Final = 152
NOSE_TIP: Final = 1
CHEEKBONES: Final = (234, 454)
"""Outermost points of the face at the image's left and right, facing the camera."""

OVAL: Final = [
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288),
    *(397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136),
    *(172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
]
"""Outline of the face, in order."""

SKIN_PATCHES: Final = (
    [117, 118, 101, 36, 205, 187, 147, 123],
    [346, 347, 330, 266, 425, 411, 376, 352],
    [151, 108, 69, 104, 9, 333, 299, 337],
)
"""Outlines of both cheeks and the forehead: skin without beard, lips or eyes."""
CHEEKS: Final = SKIN_PATCHES[:2]
