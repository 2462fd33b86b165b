"""The merchant's addresses, below /merchant/."""

from django.urls import path

from .views import merchants

urlpatterns = [
    path("", merchants.dashboard, name="merchant-dashboard"),
    path("join/", merchants.join, name="merchant-sign-up"),
    path("profile/", merchants.profile, name="merchant-profile"),
    path("garments/new/", merchants.garment_new, name="merchant-garment-new"),
    path("garments/<int:pk>/", merchants.garment_edit, name="merchant-garment"),
    path("garments/<int:pk>/flat/", merchants.flat_replace, name="merchant-flat"),
    path(
        "garments/<int:pk>/<str:arrow>/",
        merchants.garment_move,
        name="merchant-garment-move",
    ),
]
