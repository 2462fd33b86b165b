"""The temporary upload: pictures without a public URL, as `oss://` addresses.

As the hosted service does it: a caller asks for a signed policy, posts the file with it
to where the policy says, and uses `oss://` and the key it chose in its next calls. The
signature is ours, over the policy's very bytes; nothing is remembered of it.
"""

import base64
import binascii
import hmac
import json
import logging
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from . import errors
from .errors import ProtocolError
from .fetch import COARSE, Limits, judged
from .limits import UPLOAD_CAPACITY_MB
from .models import EngineKey, EngineUpload
from .results import engine_store

logger = logging.getLogger(__name__)

SCHEME: Final = "oss://"
SALT: Final = "tryon_engine.uploads"
POLICY_LIFETIME: Final = timedelta(seconds=300)
MIB: Final = 1024 * 1024
MAX_FILE_MB: Final = COARSE.most // MIB
MAX_FORM_BYTES: Final = COARSE.most + 64 * 1024
"""A whole form: the file, and some text around it."""
FILE_NAME: Final = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]{1,255}")


def grant(caller: EngineKey, upload_url: str) -> dict[str, Any]:
    """Return what `caller` needs to upload files to `upload_url` for five minutes."""
    if _stored_bytes(caller.digest) >= UPLOAD_CAPACITY_MB * MIB:
        raise ProtocolError(errors.QUOTA_USED_UP)
    now = timezone.now()
    folder = f"dashscope-instant/{caller.pk}/{now:%Y-%m-%d}/{secrets.token_hex(16)}"
    conditions = [
        ["content-length-range", 1, MAX_FILE_MB * MIB],
        ["starts-with", "$key", f"{folder}/"],
    ]
    document = {
        "expiration": (now + POLICY_LIFETIME).isoformat(timespec="seconds"),
        "conditions": conditions,
    }
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    return {
        "policy": policy,
        "signature": _sign(policy, str(caller.pk)),
        "upload_dir": folder,
        "upload_host": upload_url,
        "expire_in_seconds": int(POLICY_LIFETIME.total_seconds()),
        "max_file_size_mb": MAX_FILE_MB,
        "capacity_limit_mb": UPLOAD_CAPACITY_MB,
        "oss_access_key_id": str(caller.pk),
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }


def store(form: Mapping[str, str], file: UploadedFile) -> EngineUpload:
    """Keep `file` under the key of `form`, as far as its signed policy allows."""
    owner = _permitted(form)
    size = file.size or 0
    if size > MAX_FILE_MB * MIB:
        raise ProtocolError(errors.UPLOAD_TOO_LARGE)
    if _stored_bytes(owner) + size > UPLOAD_CAPACITY_MB * MIB:
        raise ProtocolError(errors.QUOTA_USED_UP)
    key = form["key"]
    if EngineUpload.objects.filter(key=key).exists():
        raise ProtocolError(errors.UPLOAD_EXISTS)
    name = engine_store().save(f"uploads/{secrets.token_hex(16)}", file)
    try:
        with transaction.atomic():
            return EngineUpload.objects.create(
                owner=owner, key=key, file_name=name, size=size
            )
    except IntegrityError as exc:  # the same key at the same moment
        engine_store().delete(name)
        raise ProtocolError(errors.UPLOAD_EXISTS) from exc


def _permitted(form: Mapping[str, str]) -> str:
    """Return whose upload `form` is, or raise `ProtocolError` if it is nobody's."""
    policy, key_id = form.get("policy", ""), form.get("OSSAccessKeyId", "")
    signature = form.get("Signature", "")
    if not hmac.compare_digest(_sign(policy, key_id).encode(), signature.encode()):
        raise ProtocolError(errors.POLICY_FORGED)
    try:
        document = json.loads(base64.b64decode(policy))
    except (binascii.Error, ValueError) as exc:  # signed by us, so it never happens
        raise ProtocolError(errors.POLICY_FORGED) from exc
    if timezone.now() > datetime.fromisoformat(document["expiration"]):
        raise ProtocolError(errors.POLICY_EXPIRED)
    folder = document["conditions"][1][2]
    key = form.get("key", "")
    if not key.startswith(folder) or not FILE_NAME.fullmatch(key[len(folder) :]):
        raise ProtocolError(
            errors.POLICY_BROKEN, what=f'["starts-with", "$key", "{folder}"]'
        )
    caller = EngineKey.objects.filter(pk=key_id, revoked_at=None).first()
    if caller is None:
        raise ProtocolError(errors.ACCESS_DENIED, f"key {key_id} is revoked")
    return caller.digest


def _sign(policy: str, key_id: str) -> str:
    mac = salted_hmac(SALT, f"{key_id}:{policy}", algorithm="sha256")
    return base64.b64encode(mac.digest()).decode()


def _stored_bytes(owner: str) -> int:
    kept = EngineUpload.objects.filter(owner=owner).aggregate(total=Sum("size"))
    return kept["total"] or 0


def is_upload(url: str) -> bool:
    return url[: len(SCHEME)].lower() == SCHEME


def find(url: str, owner: str) -> EngineUpload:
    """Return what `owner` uploaded as `url`; for others there is no such file."""
    key = url[len(SCHEME) :]
    kept = EngineUpload.objects.kept().filter(owner=owner)
    upload = kept.filter(key__in=(key, unquote(key))).first()
    if upload is None:
        raise ProtocolError(errors.MEDIA_NOT_FOUND, "no such upload of this key")
    return upload


def read(upload: EngineUpload, limits: Limits) -> bytes:
    """Return the picture, or raise `ProtocolError` with what is wrong with it."""
    if upload.size > limits.most:
        raise ProtocolError(errors.BAD_IMAGE_SIZE, f"{upload.size} bytes")
    try:
        with engine_store().open(upload.file_name) as file:
            return judged(file.read(), limits)
    except FileNotFoundError as exc:
        raise ProtocolError(errors.MEDIA_NOT_FOUND, "the file is gone") from exc


def purge_expired() -> int:
    """Delete the uploads past their lifetime; return how many."""
    expired = list(EngineUpload.objects.expired())
    for upload in expired:
        engine_store().delete(upload.file_name)  # first: after a crash the row is left
        upload.delete()
    if expired:
        logger.info("Purged %d expired upload(s)", len(expired))
    return len(expired)
