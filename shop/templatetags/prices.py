"""Prices as people write them where they live."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.utils import translation

from ..models import Garment

register = template.Library()


@register.simple_tag
def price(garment: Garment) -> str:
    """The garment's price in the reader's language; whole amounts without cents."""
    return local_price(garment.price, garment.currency)


def local_price(amount: Decimal, currency: str) -> str:
    language = translation.get_language() or "en"
    locale = Locale.parse(translation.to_locale(language))
    if amount != amount.to_integral_value():
        return format_currency(amount, currency, locale=locale)
    whole = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(
        amount, currency, locale=locale, format=whole, currency_digits=False
    )
