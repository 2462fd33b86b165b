"""Plain pictures for tests that do not care what is on them."""

import io

from PIL import Image, ImageDraw


def picture_bytes(width: int = 300, height: int = 400, kind: str = "JPEG") -> bytes:
    """A plain drawn picture, different for every size, in the format named."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 4, height // 4, width // 2, height // 2), fill="navy")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
