"""What every template may ask for."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .services.budget import is_open


def fitting_room(request: HttpRequest) -> dict[str, object]:
    """`fitting_room_is_closed`: is today's budget used up? Looked up when asked for."""
    return {"fitting_room_is_closed": SimpleLazyObject(lambda: not is_open())}
