"""Opening a shop, its profile, and its rail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ...forms.accounts import SignUpForm
from ...forms.merchants import MerchantForm
from ...http import ShopRequest
from ...models import Merchant, ReviewStatus, User
from ...roles import make_merchant
from ..accounts import sign_in
from .access import MerchantRequest, merchant_required

PER_PAGE = 24


def join(request: ShopRequest) -> HttpResponse:
    """Become a merchant: with a new account, or with the one that is signed in."""
    user = request.user if isinstance(request.user, User) else None
    if user and Merchant.objects.filter(user=user).exists():
        return redirect("merchant-dashboard")
    account = None if user else SignUpForm(request.POST or None)
    if account:  # the page begins with what it is about
        account.fields["email"].widget.attrs.pop("autofocus", None)
    shop = MerchantForm(request.POST or None)
    # Both are judged, so that the page shows all that is wrong at once.
    verdicts = [form.is_valid() for form in (account, shop) if form]
    if all(verdicts):
        with transaction.atomic():
            shop.instance.user = account.save() if account else user
            shop.save()
            make_merchant(shop.instance.user)
        if account:
            sign_in(request, shop.instance.user)
        messages.success(request, _("Your shop is open. Add your first garment."))
        return redirect("merchant-garment-new")
    context = {"account": account, "shop": shop}
    return render(request, "shop/merchant/join.html", context)


@merchant_required
def profile(request: MerchantRequest) -> HttpResponse:
    form = MerchantForm(request.POST or None, instance=request.merchant)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("merchant-dashboard")
    # A refused name stays in the form; the page's heading keeps the real one.
    request.merchant.refresh_from_db()
    return render(request, "shop/merchant/profile.html", {"form": form})


@merchant_required
def dashboard(request: MerchantRequest) -> HttpResponse:
    garments = request.merchant.garments.all()
    counted = garments.order_by().values_list("status").annotate(Count("pk"))
    counts = dict(counted)
    wanted = request.GET.get("status", "")
    if wanted in ReviewStatus.values:
        garments = garments.filter(status=wanted)
    context = {
        "merchant": request.merchant,
        "page": Paginator(garments, PER_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "total": sum(counts.values()),
        "states": [
            (status, label, counts[status])
            for status, label in ReviewStatus.choices
            if counts.get(status)
        ],
    }
    return render(request, "shop/merchant/dashboard.html", context)
