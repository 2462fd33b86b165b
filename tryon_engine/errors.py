"""Every error of the protocol, once: HTTP status, code and message as on the wire.

A refused call answers with the status and a flat body. A failed task answers 200 and
carries code and message in `output`; the status then only says whose fault it was.
The misspellings ("occured") are the protocol's own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WireError:
    status: int
    code: str
    message: str


class ProtocolError(Exception):
    """A call or a task that ends with a `WireError`.

    `details` fill the placeholders of its message; `reason` is for the log only;
    `extra` goes into the flat body beside code and message.
    """

    def __init__(self, error: WireError, reason: str = "", **details: object) -> None:
        self.status = error.status
        self.code = error.code
        self.message = error.message.format(**details)
        self.reason = reason
        self.extra: dict[str, object] = {}
        super().__init__(f"{self.code}: {reason or self.message}")


# --- The call ----------------------------------------------------------------------
NO_API_KEY = WireError(401, "InvalidApiKey", "No API-key provided.")
WRONG_API_KEY = WireError(401, "InvalidApiKey", "Invalid API-key provided.")
NOT_ASYNC = WireError(
    403, "AccessDenied", "current user api does not support synchronous calls."
)
NOT_SYNC = WireError(
    403, "AccessDenied", "Current user api does not support asynchronous calls."
)
ACCESS_DENIED = WireError(403, "AccessDenied", "Access denied.")
NOT_FOUND = WireError(404, "NotFound", "Not found!")
METHOD_NOT_ALLOWED = WireError(405, "MethodNotAllowed", "Method not allowed.")
BODY_TOO_LARGE = WireError(
    413, "InvalidParameter", "The request body is larger than this server accepts."
)
BODY_INVALID = WireError(
    400,
    "InvalidParameter",
    "Required body invalid, please check the request body format.",
)
NO_MODEL = WireError(
    400,
    "BadRequest.EmptyModel",
    'Required parameter "model" missing from request.',
)
UNKNOWN_MODEL = WireError(400, "InvalidParameter", "Model not exist.")
WRONG_PATH = WireError(400, "InvalidParameter", "url error, please check url!")
NO_INPUT = WireError(
    400,
    "BadRequest.EmptyInput",
    "Required input parameter missing from request.",
)
INPUT_NO_OBJECT = WireError(
    400, "BadRequest.IllegalInput", "The input parameter requires json format."
)
NOT_CANCELABLE = WireError(
    400,
    "UnsupportedOperation",
    "Failed to cancel the task, please confirm if the task is in PENDING status.",
)
NO_WORKER = WireError(
    503, "ModelUnavailable", "Model is unavailable, please try again later."
)
TOO_BUSY = WireError(
    503,
    "ModelServingError",
    "Too many requests. Your requests are being throttled due to system capacity "
    "limits. Please try again later.",
)

# --- The caller's limits -----------------------------------------------------------
TOO_FAST = WireError(
    429,
    "Throttling.RateQuota",
    "Requests rate limit exceeded, please try again later.",
)
TOO_MANY_IN_FLIGHT = WireError(
    429, "Throttling.Concurrency", "Too many concurrent requests."
)
QUOTA_USED_UP = WireError(
    429,
    "Throttling.AllocationQuota",
    "Allocated quota exceeded, please increase your quota limit.",
)

# --- The temporary upload ----------------------------------------------------------
POLICY_EXPIRED = WireError(
    403, "AccessDenied", "Invalid according to Policy: Policy expired."
)
POLICY_FORGED = WireError(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
)
POLICY_BROKEN = WireError(
    403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: {what}"
)
UPLOAD_EXISTS = WireError(
    409, "FileAlreadyExists", "The object you specified already exists."
)
UPLOAD_TOO_LARGE = WireError(
    400,
    "EntityTooLarge",
    "Your proposed upload exceeds the maximum allowed size.",
)
UPLOAD_INCOMPLETE = WireError(
    400,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
)

# --- The request or the pictures ---------------------------------------------------
BAD_PARAMETER = WireError(
    400,
    "InvalidParameter",
    "The request is missing required parameters or in a wrong format, "
    "please check the parameters that you send.",
)
BAD_CLOTHES_TYPE = WireError(
    400,
    "InvalidParameter.ClothesType",
    "The request parameter is invalid, please check the request parameter.",
)
NO_GARMENT = WireError(
    400,
    "InvalidGarment",
    "Missing clothing image."
    "Please input at least one top garment or bottom garment image.",
)
SIZES_DIFFER = WireError(
    400,
    "InvalidParameter",
    "The size of person image and coarse_image are not the same.",
)
NOT_ONE_PERSON = WireError(
    400,
    "InvalidPerson",
    "The input image has no human body or multi human bodies. "
    "Please upload other image with single person.",
)
UNFIT_POSE = WireError(
    400,
    "InvalidPerson",
    "The person in the input image lies or is turned away. "
    "Please upload other image with single person facing the camera.",
)
SEATED = WireError(
    400,
    "InvalidPerson",
    "The person in the input image is seated: only tops can be tried on. "
    "Please upload other image with single person standing.",
)
UNFIT_GARMENT = WireError(
    400,
    "InvalidGarment",
    "No garment that can be tried on was found in the clothing images. "
    "Please upload other images, each with single garment on plain background.",
)
BAD_IMAGE_SIZE = WireError(
    400,
    "InvalidInputLength",
    "The image resolution is invalid, please make sure that the largest length of "
    "image is smaller than 4096, and the smallest length of image is larger than 150. "
    "and the size of image ranges from 5KB to 5MB.",
)
BAD_URL = WireError(
    400,
    "InvalidURL",
    "The request URL is invalid, please check the request URL is available and the "
    "request image format is one of the following types: "
    "JPEG, JPG, PNG, BMP, and WEBP.",
)
CONNECTION_REFUSED = WireError(
    400,
    "InvalidURL.ConnectionRefused",
    "Connection to {host} refused, please provide available URL.",
)
DOWNLOAD_TIMEOUT = WireError(
    400,
    "InvalidURL.Timeout",
    "Download {host} timeout, please check network connection.",
)
DOWNLOAD_FAILED = WireError(
    400,
    "InvalidParameter.DataInspection",
    "Unable to download the media resource during the data inspection process.",
)
MEDIA_NOT_FOUND = WireError(
    400,
    "InvalidParameter",
    "Failed to find the requested media resource during the data inspection process.",
)
MEDIA_FORBIDDEN = WireError(
    400,
    "InvalidParameter",
    "Don't have authorization to access the media resource "
    "during the data inspection process.",
)
UNDECODABLE = WireError(
    400,
    "InvalidParameter",
    "Failed to decode the image during the data inspection.",
)

# --- The engine itself -------------------------------------------------------------
INTERNAL = WireError(
    500,
    "InternalError",
    "An internal error has occured, please try again later or contact service support.",
)
INFERENCE_FAILED = WireError(500, "InternalError.Algo", "inference internal error.")
UPLOAD_FAILED = WireError(500, "InternalError.Upload", "Failed to upload result.")
TIMED_OUT = WireError(
    500,
    "InternalError.Timeout",
    "An internal timeout error has occured during execution, "
    "please try again later or contact service support.",
)
