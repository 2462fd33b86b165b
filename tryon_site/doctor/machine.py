"""The machine: its libraries and its disk."""

import importlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, features

from shop.marking import marked_copy

from .findings import Finding, bad, ok, warn

_SHOP = ("django", "PIL", "pillow_heif", "requests", "babel")
_ENGINE = ("numpy", "scipy.ndimage", "skimage", "cv2", "mediapipe")
_TIGHT_BYTES = 2 * 1024**3
_FULL_BYTES = 200 * 1024**2


def libraries() -> Iterator[Finding]:
    name = _("libraries and fonts")
    wanted = _SHOP + (_ENGINE if settings.SERVES_ENGINE else ())
    for module in wanted:
        try:
            importlib.import_module(module)
        except ImportError as error:
            yield bad(
                name,
                f"{module}: {error}",
                _("Run make setup; it names the system package that is missing."),
            )
            return
    missing = [kind for kind in ("jpg", "webp", "zlib") if not features.check(kind)]
    if missing:
        yield bad(
            name,
            _("Pillow lacks %(kinds)s.") % {"kinds": ", ".join(missing)},
            _("Install Pillow from its wheel: pip install --force-reinstall pillow."),
        )
        return
    if not _is_marked():
        yield bad(
            name,
            _("The AI label is not drawn into pictures."),
            _("shop/assets/ai_mark.png is damaged: check the project out anew."),
        )
        return
    said = {"django": version("Django"), "pillow": version("Pillow")}
    yield ok(
        name,
        _("Django %(django)s, Pillow %(pillow)s; the AI label needs no font") % said,
    )


def _is_marked() -> bool:
    """Is a plain picture different once it was marked?"""
    plain = io.BytesIO()
    Image.new("RGB", (400, 600), "white").save(plain, "PNG")
    plain.seek(0)
    with Image.open(io.BytesIO(marked_copy(plain, "doctor", "0"))) as marked:
        return marked.convert("L").getextrema() != (255, 255)


def disk() -> Iterator[Finding]:
    name = _("disk space")
    folder = settings.DATA_DIR
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        yield bad(
            name,
            _("%(folder)s cannot be written.") % {"folder": folder},
            _("Make it belong to the user that runs the shop, or set DATA_DIR."),
        )
        return
    free = shutil.disk_usage(folder).free
    said = _("%(free)s GB free in %(folder)s") % {
        "free": f"{free / 1024**3:.1f}",
        "folder": folder,
    }
    remedy = _("Make room; manage.py purge_expired deletes what is past its time.")
    if free < _FULL_BYTES:
        yield bad(name, said, remedy)
    elif free < _TIGHT_BYTES:
        yield warn(name, said, remedy)
    else:
        yield ok(name, said)
