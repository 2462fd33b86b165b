"""The AI mark: for programs, in every stored result; for people, in what is downloaded.

A stored result keeps its pixels: its label is spliced into the file beside them.
"""

import io
import json
import struct
import zlib
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import quoteattr

from PIL import Image, PngImagePlugin

# White words on nothing, "AI生成 · AI-generated", set once in Noto Sans CJK (OFL):
# no fonts are needed here.
MARK: Final = Path(__file__).parent / "assets" / "ai_mark.png"
HEIGHT_SHARE: Final = 0.024  # of the picture's height: small, but readable in print
LEAST_HEIGHT_PX: Final = 18
MARGIN_SHARE: Final = 0.012
BACKDROP_OPACITY: Final = 0.5

# What programs look for: IPTC's word for it, and the AIGC label of GB 45438-2025.
SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
AIGC_NAMESPACE: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
XMP: Final = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/>
</rdf:RDF></x:xmpmeta>"""


def marked_copy(picture: IO[bytes], produced_by: str, content_id: str) -> bytes:
    """The picture as PNG, marked in its lower right corner and in its metadata.

    Parameters
    ----------
    picture : a try-on result, open for reading
    produced_by : who made it, for the metadata
    content_id : what the maker calls it, for the metadata
    """
    with Image.open(picture) as image:
        return marked(image.convert("RGB"), produced_by, content_id)


def marked(image: Image.Image, produced_by: str, content_id: str) -> bytes:
    """`marked_copy` of a picture that is open: RGB, and marked in place."""
    _draw_mark(image)
    info = PngImagePlugin.PngInfo()
    for keyword, text in _texts(produced_by, content_id).items():
        info.add_itxt(keyword, text)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def labelled(content: bytes, produced_by: str, content_id: str) -> bytes:
    """The same picture, pixel for pixel, with the label in its metadata.

    Parameters
    ----------
    content : a whole PNG, JPEG or WEBP file
    produced_by, content_id : as for `marked_copy`

    Raises
    ------
    ValueError
        If it is none of these.
    """
    texts = _texts(produced_by, content_id)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _labelled_png(content, texts)
    xmp = _with_aigc(texts).encode()
    if content.startswith(b"\xff\xd8"):
        return _labelled_jpeg(content, xmp)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _labelled_webp(content, xmp)
    raise ValueError("Only PNG, JPEG and WEBP can be labelled.")


def _texts(produced_by: str, content_id: str) -> dict[str, str]:
    label = {"Label": "1", "ContentProducer": produced_by, "ProduceID": content_id}
    aigc = json.dumps(label, ensure_ascii=False)
    return {"XML:com.adobe.xmp": XMP, "AIGC": aigc}


def _with_aigc(texts: dict[str, str]) -> str:
    """One XMP packet that holds both labels, for files without text chunks."""
    packet = texts["XML:com.adobe.xmp"]
    aigc = f' xmlns:TC260="{AIGC_NAMESPACE}" TC260:AIGC={quoteattr(texts["AIGC"])}'
    return packet.replace(' rdf:about=""', f' rdf:about=""{aigc}', 1)


def _labelled_png(content: bytes, texts: dict[str, str]) -> bytes:
    """Text chunks right after the header (PNG specification, 11.3.3.4)."""
    after_header = 8 + 25
    chunks = b""
    for keyword, text in texts.items():
        body = b"iTXt" + keyword.encode() + b"\0\0\0\0\0" + text.encode()
        chunks += struct.pack(">I", len(body) - 4) + body
        chunks += struct.pack(">I", zlib.crc32(body))
    return content[:after_header] + chunks + content[after_header:]


def _labelled_jpeg(content: bytes, xmp: bytes) -> bytes:
    """An APP1 segment right after the start of the image (XMP part 3, 1.1.3)."""
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return content[:2] + segment + content[2:]


def _labelled_webp(content: bytes, xmp: bytes) -> bytes:
    """An XMP chunk at the end, announced in the VP8X header (RFC 9649, 2.7)."""
    has_xmp = 0x04
    first, chunks = content[12:16], content[12:]
    if first == b"VP8X":
        chunks = chunks[:8] + bytes([chunks[8] | has_xmp]) + chunks[9:]
    else:
        with Image.open(io.BytesIO(content)) as image:
            width, height, has_alpha = *image.size, image.mode == "RGBA"
        flags = has_xmp | (0x10 if has_alpha else 0)
        sizes = b"".join(struct.pack("<I", side - 1)[:3] for side in (width, height))
        header = struct.pack("<I", flags) + sizes
        chunks = b"VP8X" + struct.pack("<I", len(header)) + header + chunks
    chunks += b"XMP " + struct.pack("<I", len(xmp)) + xmp + b"\0" * (len(xmp) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _draw_mark(image: Image.Image) -> None:
    """Write the mark into `image`: white on a dark bar shows on anything."""
    height = max(LEAST_HEIGHT_PX, round(HEIGHT_SHARE * image.height))
    margin = round(MARGIN_SHARE * image.height)
    with Image.open(MARK) as mark:
        width = min(round(mark.width * height / mark.height), image.width - 2 * margin)
        words = mark.convert("L").resize((width, height), Image.Resampling.LANCZOS)
    corner = (image.width - width - margin, image.height - height - margin)
    backdrop = Image.new("L", words.size, round(255 * BACKDROP_OPACITY))
    image.paste("black", corner, backdrop)
    image.paste("white", corner, words)
