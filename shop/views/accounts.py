"""Signing up, in and out. What a guest did before comes along."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, views
from django.contrib.auth.decorators import login_required
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from ..forms.accounts import (
    AccountDeleteForm,
    PasswordForgottenForm,
    SignInForm,
    SignUpForm,
)
from ..http import ShopRequest
from ..models import User
from ..services.accounts import delete_account
from ..services.passwords import let_in_again
from ..services.shoppers import adopt_guest
from .pages import deleted, lifetimes


class SignInView(views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    request: ShopRequest

    def form_valid(self, form: Any) -> HttpResponse:
        sign_in(self.request, form.get_user())
        return redirect(self.get_success_url())


def shut_out(request: ShopRequest, *_: Any) -> HttpResponse:
    """What they get instead who gave too many wrong passwords, here or at the admin."""
    answer = render(request, "accounts/locked.html", lifetimes(), status=429)
    answer["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return answer


class SignOutView(views.LogoutView):
    next_page = "garment-list"


class PasswordChangeView(SuccessMessageMixin, views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("account")
    success_message = _("Your password is changed.")


class PasswordForgottenView(SuccessMessageMixin, views.PasswordResetView):
    """Ask for a link by e-mail. Says the same whether there is such an account."""

    template_name = "accounts/password_forgotten.html"
    form_class = PasswordForgottenForm
    success_url = reverse_lazy("sign-in")
    success_message = _(
        "If there is an account with this address, an e-mail with a link is on its way "
        "to it."
    )


class PasswordNewView(SuccessMessageMixin, views.PasswordResetConfirmView):
    """Where the link of the e-mail leads: choose a new password, once."""

    template_name = "accounts/password_new.html"
    success_url = reverse_lazy("sign-in")
    success_message = _("Your password is changed. Please sign in with it.")

    def form_valid(self, form: Any) -> HttpResponse:
        let_in_again(form.user)
        return super().form_valid(form)


def sign_up(request: ShopRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        sign_in(request, form.save())
        messages.success(request, _("Welcome. Your looks are kept in your account."))
        return redirect(_next_page(request))
    context = {"form": form, "next": request.GET.get("next", "")}
    return render(request, "accounts/sign_up.html", context)


@login_required
def account(request: ShopRequest) -> HttpResponse:
    return render(request, "accounts/account.html")


@login_required
def account_delete(request: ShopRequest) -> HttpResponse:
    """Close a shopper's account. Shops and staff are closed in the back office."""
    user = cast(User, request.user)
    is_more = user.is_staff or hasattr(user, "merchant")
    form = AccountDeleteForm(user, request.POST or None)
    if request.method == "POST" and not is_more and form.is_valid():
        receipt = delete_account(user)
        logout(request)
        return deleted(request, receipt, with_account=True)
    return render(
        request,
        "accounts/delete.html",
        {"form": form, "is_more_than_a_shopper": is_more},
    )


def sign_in(request: ShopRequest, user: User) -> None:
    """Start the user's session, and hand over what the guest of this browser did."""
    guest = request.current_shopper.find()
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    adopt_guest(guest, user)


def _next_page(request: ShopRequest) -> str:
    target = request.POST.get("next", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(target, hosts, request.is_secure()):
        return target
    return resolve_url("garment-list")
