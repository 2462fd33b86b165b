"""The shop's tables; what a row may become is decided beside the row."""

from .accounts import User
from .days import TryOnDay
from .doomed_files import DoomedFile
from .events import TryOnEvent
from .garments import (
    Audience,
    Garment,
    GarmentKind,
    GarmentStyle,
    ReviewStatus,
    Sleeve,
)
from .gates import CallGate
from .health import Heartbeat
from .imports import GarmentImport
from .mails import MailState, OutgoingMail
from .merchants import Merchant
from .orphans import OrphanedTask
from .previews import GarmentPreview
from .sessions import SessionStatus, TryOnSession
from .shoppers import Gender, PersonImage, Shopper
from .statistics import GarmentDay
from .tasks import Stage, TaskState, TryOnTask
from .transitions import IllegalTransition

__all__ = [
    "Audience",
    "CallGate",
    "DoomedFile",
    "Garment",
    "GarmentDay",
    "GarmentImport",
    "GarmentKind",
    "GarmentPreview",
    "GarmentStyle",
    "Gender",
    "Heartbeat",
    "IllegalTransition",
    "MailState",
    "Merchant",
    "OrphanedTask",
    "OutgoingMail",
    "PersonImage",
    "ReviewStatus",
    "SessionStatus",
    "Shopper",
    "Sleeve",
    "Stage",
    "TaskState",
    "TryOnDay",
    "TryOnEvent",
    "TryOnSession",
    "TryOnTask",
    "User",
]
