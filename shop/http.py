"""A request as the shop's views get it; the attributes come from middleware."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .services.shoppers import CurrentShopper


class ShopRequest(HttpRequest):
    current_shopper: CurrentShopper
    htmx: HtmxDetails
