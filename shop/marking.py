"""The AI mark on pictures that leave the shop: for people, and for programs."""

import io
import json
from pathlib import Path
from typing import IO, Final

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
        copy = image.convert("RGB")
    _draw_mark(copy)
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP)
    label = {"Label": "1", "ContentProducer": produced_by, "ProduceID": content_id}
    info.add_itxt("AIGC", json.dumps(label, ensure_ascii=False))
    buffer = io.BytesIO()
    copy.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


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
