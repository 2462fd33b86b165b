"""The engine's own rows, unknown to the shop."""

from .keys import Allowance, EngineKey, EngineUsage
from .tasks import (
    FINAL_STATES,
    HEARTBEAT_VALID,
    LEASE,
    OPEN_STATES,
    EngineTask,
    TaskState,
    WorkerHeartbeat,
    result_lifetime,
)
from .uploads import UPLOAD_LIFETIME, EngineUpload

__all__ = [
    "FINAL_STATES",
    "HEARTBEAT_VALID",
    "LEASE",
    "OPEN_STATES",
    "UPLOAD_LIFETIME",
    "Allowance",
    "EngineKey",
    "EngineTask",
    "EngineUpload",
    "EngineUsage",
    "TaskState",
    "WorkerHeartbeat",
    "result_lifetime",
]
