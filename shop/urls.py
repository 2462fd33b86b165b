"""The shop's addresses."""

from django.conf import settings
from django.urls import include, path

from .views import accounts, catalogue, files, looks, on_me, pages, sharing, tryon

urlpatterns = [
    path("", catalogue.garment_list, name="garment-list"),
    path("garments/<slug:slug>/", catalogue.garment_detail, name="garment-detail"),
    path("garments/<slug:slug>/buy/", catalogue.garment_buy, name="garment-buy"),
    # The fitting room
    path("try-on/", tryon.tryon_start, name="tryon-start"),
    path("try-on/photo/", tryon.photo_upload, name="photo-upload"),
    path(
        "try-on/photo/<uuid:public_id>/delete/", tryon.photo_delete, name="photo-delete"
    ),
    # See everything on me
    path("on-me/", on_me.on_me, name="on-me"),
    path("on-me/fit/", on_me.on_me_fit, name="on-me-fit"),
    # Looks: try-on sessions, as shoppers call them
    path("looks/", looks.session_list, name="session-list"),
    path("looks/compare/", looks.session_compare, name="session-compare"),
    path("looks/<uuid:public_id>/", looks.session_detail, name="session-detail"),
    path("looks/<uuid:public_id>/status/", looks.session_status, name="session-status"),
    path("looks/<uuid:public_id>/cancel/", looks.session_cancel, name="session-cancel"),
    path("looks/<uuid:public_id>/retry/", looks.session_retry, name="session-retry"),
    path("looks/<uuid:public_id>/refine/", looks.session_refine, name="session-refine"),
    path("looks/<uuid:public_id>/keep/", looks.session_keep, name="session-keep"),
    path("looks/<uuid:public_id>/delete/", looks.session_delete, name="session-delete"),
    path(
        "looks/<uuid:public_id>/download/<str:stage>/",
        looks.session_download,
        name="session-download",
    ),
    path(
        "looks/<uuid:public_id>/changes/<str:stage>.png",
        looks.session_changes,
        name="session-changes",
    ),
    path("looks/<uuid:public_id>/name/", looks.session_name, name="session-name"),
    path("looks/<uuid:public_id>/share/", sharing.session_share, name="session-share"),
    path("shared/<str:token>/", sharing.shared_look, name="shared-look"),
    path("shared/<str:token>/look.png", sharing.shared_picture, name="shared-picture"),
    path("forget-me/", looks.forget_me, name="forget-me"),
    # Accounts
    path("sign-in/", accounts.SignInView.as_view(), name="sign-in"),
    path(
        "sign-in/forgotten/",
        accounts.PasswordForgottenView.as_view(),
        name="password-forgotten",
    ),
    path(
        "sign-in/new-password/<str:uidb64>/<str:token>/",
        accounts.PasswordNewView.as_view(),
        name="password-new",
    ),
    path("sign-up/", accounts.sign_up, name="sign-up"),
    path("sign-out/", accounts.SignOutView.as_view(), name="sign-out"),
    path("account/", accounts.account, name="account"),
    path(
        "account/password/",
        accounts.PasswordChangeView.as_view(),
        name="password-change",
    ),
    path("account/delete/", accounts.account_delete, name="account-delete"),
    # Text
    path("how-it-works/", pages.how_it_works, name="how-it-works"),
    path("photo-guide/", pages.photo_guide, name="photo-guide"),
    path("privacy/", pages.privacy, name="privacy"),
    # Merchants
    path("merchant/", include("shop.merchant_urls")),
    # Stored pictures
    path("files/<str:token>", files.private_file, name="private-file"),
]
if settings.SHOP_STORAGE == "local":
    urlpatterns.append(path("media/<path:name>", files.public_file, name="public-file"))
