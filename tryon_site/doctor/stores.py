"""The two file stores: write, read, sign, and delete a small file in each."""

import secrets
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from shop.storages import private_storage, public_storage

from .findings import Finding, bad, ok, warn

# The smallest WEBP picture: the shop serves nothing that is no picture.
_CONTENT = bytes.fromhex(
    "524946461a000000574542505650384c0d0000002f00000010071011118888fe0700"
)
_TIMEOUT_S = 5


def public_store() -> Iterator[Finding]:
    yield from _examine(_("public store"), public_storage())


def private_store() -> Iterator[Finding]:
    yield from _examine(_("private store"), private_storage(), is_private=True)


def _examine(name: str, store: Storage, is_private: bool = False) -> Iterator[Finding]:
    file_name = f"doctor/{secrets.token_hex(16)}.webp"
    try:
        saved = store.save(file_name, ContentFile(_CONTENT))
        try:
            with store.open(saved) as file:
                if file.read() != _CONTENT:
                    raise OSError(_("what was read is not what was written"))
            yield from _fetched(name, store, saved, is_private)
        finally:
            store.delete(saved)
        if store.exists(saved):
            raise OSError(_("the file is still there after it was deleted"))
    except Exception as error:  # noqa: BLE001  (stores raise errors of their own)
        yield bad(
            name,
            f"{type(error).__name__}: {error}",
            _("Check SHOP_STORAGE, its keys and rights, and DATA_DIR."),
        )


def _fetched(
    name: str, store: Storage, saved: str, is_private: bool
) -> Iterator[Finding]:
    """Is the file reached as browsers and the engine reach it, and only so?"""
    address = urljoin(settings.TRYON_IMAGE_BASE_URL + "/", store.url(saved))
    said = _("written, read, fetched from %(host)s, deleted") % {
        "host": urlsplit(address).netloc
    }
    try:
        answer = requests.get(address, timeout=_TIMEOUT_S)
    except requests.RequestException as error:
        yield warn(
            name,
            _("%(host)s does not answer (%(error)s).")
            % {"host": urlsplit(address).netloc, "error": type(error).__name__},
            _("Start the web server, or correct SITE_URL or TRYON_IMAGE_BASE_URL."),
        )
        return
    if answer.status_code != 200 or answer.content != _CONTENT:
        yield bad(
            name,
            _("%(host)s answers %(status)d for a stored picture.")
            % {"host": urlsplit(address).netloc, "status": answer.status_code},
            _(
                "Let SITE_URL and TRYON_IMAGE_BASE_URL point at this very shop, and "
                "the bucket's policy allow reading."
            ),
        )
    elif is_private and _is_open(address):
        yield bad(
            name,
            _("Its pictures are served without a signature."),
            _("Allow nobody to read the private bucket; only signed addresses may."),
        )
    else:
        yield ok(name, said)


def _is_open(address: str) -> bool:
    """Is the picture there for whoever leaves the signature away or forges it?"""
    parts = urlsplit(address)
    forged = parts._replace(query="").geturl()
    if not parts.query:  # the local store signs in the path
        forged = address[:-4] + ("aaaa" if not address.endswith("aaaa") else "bbbb")
    return requests.get(forged, timeout=_TIMEOUT_S).status_code == 200
