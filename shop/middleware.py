"""Gives every request its shopper, lazily: a page that needs none creates none."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .http import ShopRequest
from .services.shoppers import CurrentShopper


class ShopperMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ShopRequest) -> HttpResponse:
        request.current_shopper = CurrentShopper(request)
        return self.get_response(request)
