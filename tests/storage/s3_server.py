"""A process that speaks S3: moto's server, and the check of signed URLs that it lacks.

    python -m tests.storage.s3_server PORT     # keys as AWS_ACCESS_KEY_ID and so on

Who may read what without a signature moto decides, by the policies of its buckets. The
signature that a URL must have is computed by the signer of botocore.
"""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import run_simple

TIME = "%Y%m%dT%H%M%SZ"


def main() -> None:
    application = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", int(sys.argv[1]), guarded(application), threaded=True)


def guarded(application: Callable) -> Callable:
    def answer(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if is_signed_well(environ):
            return application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/xml")])
        return [b"<Error><Code>SignatureDoesNotMatch</Code></Error>"]

    return answer


def is_signed_well(environ: dict[str, Any]) -> bool:
    query = parse_qs(environ["QUERY_STRING"])
    asked = {key: values[0] for key, values in query.items()}
    if "X-Amz-Signature" not in asked:
        return True  # a call of the shop itself, or of a stranger: for moto to judge
    signed_at = datetime.strptime(asked["X-Amz-Date"], TIME).replace(tzinfo=UTC)
    until = signed_at + timedelta(seconds=int(asked["X-Amz-Expires"]))
    return datetime.now(UTC) < until and asked["X-Amz-Signature"] == signature(
        environ, asked
    )


def signature(environ: dict[str, Any], asked: dict[str, str]) -> str:
    """What the signature of this request must be."""
    _, _, region, service, _ = asked["X-Amz-Credential"].split("/")
    unsigned = environ["QUERY_STRING"].partition("&X-Amz-Signature=")[0]
    request = AWSRequest(
        environ["REQUEST_METHOD"],
        f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}?{unsigned}",
        headers={"host": environ["HTTP_HOST"]},
    )
    request.context["timestamp"] = asked["X-Amz-Date"]
    keys = Credentials(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    )
    signer = S3SigV4QueryAuth(keys, service, region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request)


if __name__ == "__main__":
    main()
