"""Pages of the back office that belong to no single model, below /admin/."""

from django.urls import path

from . import dashboard, pictures, review

urlpatterns = [
    path("dashboard/", dashboard.dashboard_view, name="staff-dashboard"),
    path("review/", review.queue_view, name="staff-review"),
    path("review/<int:pk>/", review.garment_view, name="staff-review-garment"),
    path("pictures/photos/<int:pk>/", pictures.photo_view, name="staff-photo"),
    path(
        "pictures/thumbnails/<int:pk>/",
        pictures.thumbnail_view,
        name="staff-thumbnail",
    ),
    path("pictures/results/<int:pk>/", pictures.result_view, name="staff-result"),
]
