"""The shop's tables; what a row may become is decided beside the row."""

from .accounts import User
from .garments import Audience, Garment, GarmentKind, Merchant, ReviewStatus
from .health import Heartbeat
from .sessions import SessionStatus, TryOnSession
from .shoppers import Gender, PersonImage, Shopper
from .tasks import Stage, TaskState, TryOnTask
from .transitions import IllegalTransition

__all__ = [
    "Audience",
    "Garment",
    "GarmentKind",
    "Gender",
    "Heartbeat",
    "IllegalTransition",
    "Merchant",
    "PersonImage",
    "ReviewStatus",
    "SessionStatus",
    "Shopper",
    "Stage",
    "TaskState",
    "TryOnSession",
    "TryOnTask",
    "User",
]
