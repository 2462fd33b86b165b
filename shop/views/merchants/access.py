"""Who may see the merchant's pages, and how a garment is looked up there."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from ...http import ShopRequest
from ...models import Garment, Merchant, User
from ...roles import SELL

View = Callable[..., HttpResponse]


class MerchantRequest(ShopRequest):
    user: User
    merchant: Merchant


def merchant_required(view: View) -> View:
    """Only for merchants; others are asked to become one. Sets `request.merchant`.

    The group of merchants brings the permission; whoever lost it gets a 403.
    """

    @login_required
    @wraps(view)
    def guarded(
        request: MerchantRequest, *args: object, **kwargs: object
    ) -> HttpResponse:
        merchant = Merchant.objects.filter(user=request.user).first()
        if merchant is None:
            return redirect("merchant-sign-up")
        if not request.user.has_perm(SELL):  # staff took the shop's rights away
            raise PermissionDenied
        request.merchant = merchant
        return view(request, *args, **kwargs)

    return guarded


def own_garment(request: MerchantRequest, pk: int) -> Garment:
    """One of the merchant's garments; anybody else's does not exist here (404)."""
    return get_object_or_404(request.merchant.garments, pk=pk)
