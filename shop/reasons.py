"""Why a try-on ended early: the engine's codes, turned into plain words.

Each reason has a key, kept in `TryOnSession.reason`, and a sentence for the shopper:
calm, without codes, with the next step. `verdict` says of an error code which reason it
is, and how often the same call is worth repeating.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "person": _(
        "Please use a photo that shows exactly one person, standing, facing the "
        "camera, from head to feet."
    ),
    "seated": _(
        "You are sitting in this photo. Tops will work; for trousers, skirts and "
        "dresses please use a photo in which you stand, from head to feet."
    ),
    "size": _(
        "This picture is too small or too large; please use one between 5 KB and 5 MB "
        "with sides of 150 to 4096 pixels."
    ),
    "format": _(
        "We could not open this picture; please save it as JPG or PNG and try again."
    ),
    "content": _("This picture cannot be used for try-on; please choose another one."),
    "pick": _(
        "This piece cannot be tried on from its picture; please choose another one."
    ),
    "load": _(
        "One of the pictures could not be loaded; please choose it again or try later."
    ),
    "busy": _("Many people are trying on clothes right now; please wait a moment."),
    "oops": _("Something went wrong on our side; please try again in a minute."),
    "redo": _(
        "We could not make a good picture from this photo; please try a brighter, "
        "full-body, front photo."
    ),
    "cfg": _("Try-on is not available right now; please tell the shop staff."),
    "late": _("The try-on has already started and can no longer be stopped."),
    "gone": _("This result is no longer kept; please start the try-on again."),
    # Ours, beyond the protocol's.
    "timeout": _("This took longer than it should; please try again in a minute."),
    "photo_gone": _("This photo is no longer kept; please upload it again."),
    "budget": _(
        "Today's try-ons are used up, so this is the first look only; tomorrow it can "
        "be refined."
    ),
    "bottom_only": _(
        "Refining needs a top as well; without one, the first look is the finished one."
    ),
}


def sentence(key: str) -> Promise | str:
    """What to tell the shopper; an unknown key gets the general apology, "" nothing."""
    return SENTENCES.get(key, SENTENCES["oops"]) if key else ""


@dataclass(frozen=True)
class Verdict:
    """What an error code means: the reason to give, how many repeats it is worth."""

    reason: str
    retries: int = 0


# Codes of our own, for what no server says.
DEADLINE = "Shop.DeadlineExceeded"
PHOTO_GONE = "Shop.PhotoGone"
UNKNOWN_TASK = "Shop.TaskForgotten"
DEAD_RESULT = "Shop.ResultUnavailable"
DAMAGED_RESULT = "Shop.ResultDamaged"
BAD_ANSWER = "Shop.AnswerNotUnderstood"
CANCELED_ELSEWHERE = "Shop.CanceledElsewhere"

_FAULT = Verdict("oops", retries=2)
_CONFIG = Verdict("cfg")
_LOAD = Verdict("load", retries=2)
_VERDICTS = {
    DEADLINE: Verdict("timeout"),
    PHOTO_GONE: Verdict("photo_gone"),
    UNKNOWN_TASK: Verdict("gone", retries=1),
    DEAD_RESULT: Verdict("gone", retries=1),
    DAMAGED_RESULT: Verdict("oops", retries=1),
    BAD_ANSWER: Verdict("oops"),
    CANCELED_ELSEWHERE: Verdict("oops", retries=1),
    "InvalidParameter": _CONFIG,
    "InvalidParameter.ClothesType": _CONFIG,
    "InvalidParameter.DataInspection": Verdict("format"),
    "InvalidURL": Verdict("format"),
    # Every picture is our own: its server restarts, which takes some seconds.
    "InvalidURL.ConnectionRefused": Verdict("load", retries=4),
    "InvalidURL.Timeout": _LOAD,
    "InvalidPerson": Verdict("person"),
    "InvalidGarment": Verdict("pick"),
    "InvalidInputLength": Verdict("size"),
    "BadRequest.InputDownloadFailed": _LOAD,
    "DataInspectionFailed": Verdict("content"),
    "CustomRoleBlocked": Verdict("content"),
    "IPInfringementSuspect": Verdict("content"),
    "UnsupportedOperation": Verdict("late"),
    "Throttling.AllocationQuota": Verdict("busy", retries=2),
    "Throttling": Verdict("busy", retries=2),
    "LimitRequests": Verdict("busy", retries=2),
    "ModelServingError": Verdict("busy", retries=2),
    "InternalError": _FAULT,
    "InternalError.Algo": Verdict("redo", retries=1),
    "SystemError": _FAULT,
    "ModelServiceFailed": _FAULT,
    "RequestTimeOut": _FAULT,
    "ModelUnavailable": _FAULT,
    "Arrearage": _CONFIG,
    "InvalidApiKey": _CONFIG,
    "AccessDenied": _CONFIG,
    "Model": _CONFIG,
    "Workspace": _CONFIG,
    "Endpoint": _CONFIG,
    "AllocationQuota": _CONFIG,
    "ModelNotFound": _CONFIG,
    "WorkSpaceNotFound": _CONFIG,
    "NotFound": _CONFIG,
    "CommodityNotPurchased": _CONFIG,
    "PrepaidBillOverdue": _CONFIG,
    "PostpaidBillOverdue": _CONFIG,
    "BadRequest": _CONFIG,
    # A refusal without a code of the protocol: a proxy on the way, or a wrong address.
    "HTTP 401": _CONFIG,
    "HTTP 403": _CONFIG,
    "HTTP 404": _CONFIG,
}
# One code, several causes: here the words of the message decide.
_BY_MESSAGE = {
    "InvalidParameter": (
        ("timed out", _LOAD),
        ("media resource", Verdict("load")),
        ("decode", Verdict("format")),
        ("image size", Verdict("format")),
    ),
    "InvalidPerson": (("seated", Verdict("seated")),),
    "InvalidParameter.DataInspection": (("unable to download", _LOAD),),
}


def verdict(code: str, message: str = "") -> Verdict:
    """What to do about an error `code` of the engine, or of our own.

    An unknown code counts as its part before the last dot, else as a fault of the
    service that is not worth repeating.
    """
    for words, found in _BY_MESSAGE.get(code, ()):
        if words in message.lower():
            return found
    while code:
        if code in _VERDICTS:
            return _VERDICTS[code]
        code = code.rpartition(".")[0]
    return Verdict("oops")
