"""A folder of the files that an upload must survive, made here: no binaries kept.

`python -m tests.hostile_files FOLDER` writes them out, to try them by hand.
"""

import functools
import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

SECRET = b"SECRET-HOME-ADDRESS"
SCRIPT = b"<html><script>alert(1)</script><?php system($_GET[0]); ?></html>"
SIZE = (300, 400)
RED, BLUE = (200, 30, 30), (30, 30, 200)

pillow_heif.register_heif_opener()


def scene(size: tuple[int, int] = SIZE) -> Image.Image:
    """Red above, blue below, some grain: shows which way is up, compresses badly."""
    image = Image.new("RGB", size, RED)
    ImageDraw.Draw(image).rectangle((0, size[1] // 2, *size), fill=BLUE)
    grain = np.random.default_rng(1).integers(-12, 12, (size[1], size[0], 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(**options) -> bytes:
    return encoded(scene(), "JPEG", quality=92, **options)


def png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def with_png_chunk(name: bytes, data: bytes) -> bytes:
    """A good PNG with one more chunk behind its header."""
    png = encoded(scene(), "PNG")
    header_end = 8 + 25
    return png[:header_end] + png_chunk(name, data) + png[header_end:]


# --- bombs ---
def png_bomb() -> bytes:
    """60000 x 60000 pixels, ten gigabytes decoded, in a few hundred bytes."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", pixels)
        + png_chunk(b"IEND", b"")
    )


def png_of_zeros() -> bytes:
    """Honest about its size, 81 million pixels, and 10 kB on disk."""
    return encoded(Image.new("1", (9000, 9000)), "PNG")


def jpeg_with_many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated 500 times: minutes of decoding."""
    data = jpeg(progressive=True)
    last_scan = data.rindex(b"\xff\xda")
    return data[:last_scan] + data[last_scan:-2] * 500 + b"\xff\xd9"


def text_bomb() -> bytes:
    """A PNG comment that unpacks to 100 MB."""
    packed = zlib.compress(b"\0" * 100_000_000, 9)
    return with_png_chunk(b"zTXt", b"Comment\0\0" + packed)


# --- broken ---
def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


# --- moving ---
def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    return encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=100
    )


# --- honest, and unusual ---
def sixteen_bit_grey() -> bytes:
    ramp = np.linspace(0, 65_535, SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0])
    return encoded(Image.fromarray(ramp.astype(np.uint16)), "PNG")


def palette_with_alpha() -> bytes:
    image = scene().quantize(16)
    return encoded(image, "PNG", transparency=image.getpixel((0, 0)))


def half_transparent() -> bytes:
    """Invisible above, opaque blue below."""
    image = scene().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, SIZE[0], SIZE[1] // 2))
    return encoded(image, "PNG")


def exif(orientation: int = 1) -> Image.Exif:
    """Orientation, a camera's name, and where the photo was taken."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = SECRET.decode()
    gps = data.get_ifd(0x8825)
    gps[1], gps[2] = "N", (31.0, 13.0, 49.0)
    return data


def sideways(kind: str) -> bytes:
    """A phone's picture: the sensor's rows, and the order to turn them upright."""
    turned = scene().transpose(Image.Transpose.ROTATE_90)
    # As bytes: only then does pillow-heif write the rotation that HEIC readers obey.
    return encoded(turned, kind, exif=exif(orientation=6).tobytes(), quality=92)


def with_metadata(kind: str) -> bytes:
    options = {"exif": exif(), "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "PNG":
        del options["xmp"]
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    return encoded(scene(), kind, **options)


def display_p3_profile() -> bytes:
    """A minimal matrix profile with the primaries of Display P3, and gamma 2.2."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(
            struct.pack(">i", round(value * 65536)) for value in values
        )

    text = b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(78)
    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    tags = [
        (b"desc", text + bytes(-len(text) % 4)),
        (b"cprt", b"text\0\0\0\0CC0\0"),
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.5151, 0.2412, -0.0011)),
        (b"gXYZ", xyz(0.2919, 0.6922, 0.0419)),
        (b"bXYZ", xyz(0.1572, 0.0666, 0.7841)),
        (b"rTRC", gamma),
        (b"gTRC", gamma),
        (b"bTRC", gamma),
    ]
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(">I", start + len(body)) + bytes(4)
    head += b"\x02\x10\0\0" + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(
        ">iii", round(0.9642 * 65536), 65536, round(0.8249 * 65536)
    ) + bytes(48)
    return head + table + body


def in_display_p3() -> bytes:
    return jpeg(icc_profile=display_p3_profile())


def mpo() -> bytes:
    return encoded(scene(), "MPO", save_all=True, append_images=[scene()])


# --- two things at once ---
def zip_behind_jpeg() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("secret.txt", SECRET)
    return jpeg() + archive.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "empty.jpg": lambda: b"",
    "bomb.png": png_bomb,
    "zeros.png": png_of_zeros,
    "many_scans.jpg": jpeg_with_many_scans,
    "text_bomb.png": text_bomb,
    "truncated.jpg": lambda: truncated(jpeg()),
    "truncated.png": lambda: truncated(encoded(scene(), "PNG")),
    "truncated.webp": lambda: truncated(encoded(scene(), "WEBP")),
    "truncated.heic": lambda: truncated(encoded(scene(), "HEIF")),
    "wrong_checksum.png": lambda: encoded(scene(), "PNG").replace(b"IDAT", b"IDAT\1"),
    "html.jpg": lambda: SCRIPT,
    "page.svg": svg,
    "svg.png": svg,
    "still.gif": lambda: encoded(scene(), "GIF"),
    "still.tiff": lambda: encoded(scene(), "TIFF"),
    "animated.webp": lambda: animated("WEBP"),
    "animated.png": lambda: animated("PNG"),
    "animated.gif": lambda: animated("GIF"),
    "one_pixel.png": lambda: encoded(scene((1, 1)), "PNG"),
    "small.jpg": lambda: encoded(scene((149, 400)), "JPEG"),
    "line.png": lambda: encoded(scene((10_000, 10)), "PNG"),
    "strip.png": lambda: encoded(scene((6000, 200)), "PNG"),
    "png_named.jpg": lambda: encoded(scene(), "PNG"),
    "no_name": jpeg,
    "plain.bmp": lambda: encoded(scene(), "BMP"),
    "phone.webp": lambda: encoded(scene(), "WEBP", quality=90),
    "phone.heic": lambda: encoded(scene(), "HEIF", quality=90),
    "cmyk.jpg": lambda: encoded(scene().convert("CMYK"), "JPEG", quality=92),
    "grey.jpg": lambda: encoded(scene().convert("L"), "JPEG"),
    "bilevel.png": lambda: encoded(scene().convert("1"), "PNG"),
    "sixteen_bit.png": sixteen_bit_grey,
    "palette_alpha.png": palette_with_alpha,
    "half_transparent.png": half_transparent,
    "sideways.jpg": lambda: sideways("JPEG"),
    "sideways.heic": lambda: sideways("HEIF"),
    "broken_exif.jpg": lambda: jpeg(exif=b"Exif\0\0MM\0*garbage"),
    "metadata.jpg": lambda: with_metadata("JPEG"),
    "metadata.png": lambda: with_metadata("PNG"),
    "metadata.webp": lambda: with_metadata("WEBP"),
    "metadata.heic": lambda: with_metadata("HEIF"),
    "display_p3.jpg": in_display_p3,
    "broken_profile.jpg": lambda: jpeg(icc_profile=b"bogus" * 100),
    "phone.mpo": mpo,
    "zip_behind.jpg": zip_behind_jpeg,
    "html_inside.jpg": lambda: jpeg(comment=SCRIPT + SECRET),
    "php_inside.png": lambda: with_png_chunk(b"tEXt", b"Comment\0" + SCRIPT + SECRET),
    "html_behind.webp": lambda: encoded(scene(), "WEBP") + SCRIPT + SECRET,
    "large.jpg": lambda: encoded(scene((4000, 3000)), "JPEG", quality=80),
    "large.png": lambda: encoded(Image.new("RGB", (3000, 4000), RED), "PNG"),
    "tiny_blank.png": lambda: encoded(Image.new("RGB", (150, 150), "white"), "PNG"),
}


@functools.cache
def file_named(name: str) -> bytes:
    return FILES[name]()


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_bytes(file_named(name))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
