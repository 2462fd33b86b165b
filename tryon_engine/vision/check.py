"""Is this picture fit for a try-on? Asked before anything is made of it.

Hard rules block: no person, several people, not facing; no garment, several, or one
that is worn. Soft ones warn and say how the next picture would be better.
"""

from .findings import CheckResult, Finding, Severity
from .garment.check import check_garment
from .person.check import check_person

__all__ = ["CheckResult", "Finding", "Severity", "check_garment", "check_person"]
