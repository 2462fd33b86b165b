"""A client of the DashScope virtual try-on protocol (`aitryon`), and nothing else.

Built on `requests`; knows no Django and no settings, so it can be used alone.
"""

from .client import DashScopeClient
from .errors import (
    DashScopeError,
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
)
from .messages import (
    Download,
    EngineState,
    EngineTask,
    Exchange,
    ImageCheck,
    ListedTask,
    SubmittedTask,
    TaskPage,
)

__all__ = [
    "DashScopeClient",
    "DashScopeError",
    "DashScopeProtocolError",
    "DashScopeRejected",
    "DashScopeUnavailable",
    "Download",
    "EngineState",
    "EngineTask",
    "Exchange",
    "ImageCheck",
    "ListedTask",
    "SubmittedTask",
    "TaskPage",
]
