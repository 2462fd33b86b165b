"""The merchant's pages: a shop, its garments, and where each stands.

A merchant reaches the own garments only (anything else is a 404), and no shopper's
photo or look at all.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from ..flat_marks import marks_of
from ..forms.accounts import SignUpForm
from ..forms.garments import FlatForm, GarmentForm, NewFlatsForm
from ..forms.merchants import MerchantForm
from ..http import ShopRequest
from ..models import Garment, IllegalTransition, Merchant, ReviewStatus, User
from ..services.garments import (
    recognised,
    start_draft,
    submit_for_review,
    usage_of,
)
from ..services.uploads import (
    CheckUnavailable,
    check_picture,
    clean_picture,
    store_flat,
)
from .accounts import sign_in

PER_PAGE = 24
CHECK_UNAVAILABLE = gettext_lazy(
    "We cannot check pictures right now. Please try again in a minute."
)
View = Callable[..., HttpResponse]


class MerchantRequest(ShopRequest):
    user: User
    merchant: Merchant


def merchant_required(view: View) -> View:
    """Only for merchants; others are asked to become one. Sets `request.merchant`."""

    @login_required
    @wraps(view)
    def guarded(
        request: MerchantRequest, *args: object, **kwargs: object
    ) -> HttpResponse:
        merchant = Merchant.objects.filter(user=request.user).first()
        if merchant is None:
            return redirect("merchant-sign-up")
        request.merchant = merchant
        return view(request, *args, **kwargs)

    return guarded


# --- the shop -----------------------------------------------------------------
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


# --- garments -----------------------------------------------------------------
@merchant_required
def garment_new(request: MerchantRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = NewFlatsForm(request.POST, request.FILES) if is_sent else NewFlatsForm()
    if form.is_valid():
        drafts = _start_drafts(request.merchant, form)
        _tell_verdict(request, drafts)
        if form.is_valid():
            return redirect(_page_of(drafts))
    return render(request, "shop/merchant/garment_new.html", {"form": form})


def _start_drafts(merchant: Merchant, form: NewFlatsForm) -> list[Garment]:
    """A draft for each usable file; the form gets what is wrong with the others."""
    drafts = []
    for upload in form.cleaned_data["flats"]:
        try:
            picture = clean_picture(upload)
            drafts.append(
                start_draft(merchant, picture, check_picture(picture, "garment"))
            )
        except ValidationError as refused:
            form.add_error("flats", f"{upload.name}: {refused.messages[0]}")
        except CheckUnavailable:
            form.add_error("flats", f"{upload.name}: {CHECK_UNAVAILABLE}")
            break
    return drafts


def _page_of(drafts: list[Garment]) -> str:
    if len(drafts) == 1:
        return reverse("merchant-garment", args=[drafts[0].pk])
    return reverse("merchant-dashboard")


def _tell_verdict(request: MerchantRequest, garments: list[Garment]) -> None:
    bad = sum(bool(garment.blocking_findings) for garment in garments)
    if good := len(garments) - bad:
        text = ngettext(
            "The picture is checked and good to go on with.",
            "%(number)d pictures are checked and good to go on with.",
            good,
        )
        messages.success(request, text % {"number": good})
    if bad:
        text = ngettext(
            "The picture cannot be tried on as it is.",
            "%(number)d pictures cannot be tried on as they are.",
            bad,
        )
        messages.warning(request, text % {"number": bad})


@merchant_required
def garment_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """See a garment; while it is a draft or rejected: change and submit it."""
    garment = get_object_or_404(request.merchant.garments, pk=pk)
    if request.method == "POST" and not garment.is_editable:
        messages.error(request, _("This garment cannot be changed in its state."))
        return redirect("merchant-garment", pk)
    form = GarmentForm(request.POST or None, instance=garment)
    if form.is_valid():
        form.save()
        if "submit" in request.POST:
            return _submit(request, garment)
        messages.success(request, _("Saved."))
        return redirect("merchant-garment", pk)
    return _garment_page(request, garment, form, FlatForm())


@require_POST
@merchant_required
def flat_replace(request: MerchantRequest, pk: int) -> HttpResponse:
    garment = get_object_or_404(request.merchant.garments, pk=pk)
    if not garment.is_editable:
        messages.error(request, _("This garment cannot be changed in its state."))
        return redirect("merchant-garment", pk)
    form = FlatForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["flat"]
        try:
            store_flat(garment, picture, check_picture(picture, "garment"))
        except CheckUnavailable:
            form.add_error("flat", CHECK_UNAVAILABLE)
        else:
            _tell_verdict(request, [garment])
            return redirect("merchant-garment", pk)
    return _garment_page(request, garment, GarmentForm(instance=garment), form)


def _garment_page(
    request: MerchantRequest, garment: Garment, form: GarmentForm, flat_form: FlatForm
) -> HttpResponse:
    context = {
        "garment": garment,
        "form": form,
        "flat_form": flat_form,
        "marks": marks_of(garment),
        "recognised": recognised(garment.facts),
        "usage": usage_of(garment),
    }
    return render(request, "shop/merchant/garment.html", context)


ARROWS: dict[str, tuple[Callable[[Garment], bool], Promise]] = {
    "take-back": (
        Garment.take_back,
        gettext_lazy("Taken back for changes."),
    ),
    "archive": (Garment.archive, gettext_lazy("Archived: shoppers no longer see it.")),
    "restore": (Garment.restore, gettext_lazy("Restored as a draft.")),
}


@require_POST
@merchant_required
def garment_move(request: MerchantRequest, pk: int, arrow: str) -> HttpResponse:
    garment = get_object_or_404(request.merchant.garments, pk=pk)
    if arrow == "submit":
        return _submit(request, garment)
    if arrow not in ARROWS:
        raise Http404
    _move(request, garment, arrow)
    return redirect("merchant-garment", pk)


def _submit(request: MerchantRequest, garment: Garment) -> HttpResponse:
    try:
        submit_for_review(garment)
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, _("Submitted. We look at it soon."))
    return redirect("merchant-garment", garment.pk)


def _move(request: MerchantRequest, garment: Garment, arrow: str) -> None:
    move, done = ARROWS[arrow]
    try:
        moved = move(garment)
    except IllegalTransition:  # a stale page, or an address typed by hand
        moved = False
    if moved:
        messages.success(request, str(done))
    else:
        messages.error(request, _("That is not possible in the state it is in now."))
