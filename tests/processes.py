"""What becomes of processes that a test has started."""

from pathlib import Path


def state_of(pid: int) -> str:
    """The letter of its state, as in proc(5); "" once there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_stopped(pid: int) -> bool:
    """Whether a SIGSTOP holds it."""
    return state_of(pid) == "T"


def is_gone(pid: int) -> bool:
    """Whether it has ended; maybe its parent has not asked yet."""
    return state_of(pid) in ("", "Z", "X")
