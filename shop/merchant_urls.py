"""The merchant's addresses, below /merchant/."""

from django.urls import path

from .views.merchants import bulk, garments, imports, shop, statistics, uploads

urlpatterns = [
    path("", shop.dashboard, name="merchant-dashboard"),
    path("join/", shop.join, name="merchant-sign-up"),
    path("profile/", shop.profile, name="merchant-profile"),
    path("statistics/", statistics.statistics, name="merchant-statistics"),
    path(
        "statistics/statistics.csv",
        statistics.statistics_csv,
        name="merchant-statistics-csv",
    ),
    path("import/", imports.import_new, name="merchant-import-new"),
    path(
        "import/garments.csv", imports.import_template, name="merchant-import-template"
    ),
    path("import/<uuid:public_id>/", imports.import_detail, name="merchant-import"),
    path(
        "import/<uuid:public_id>/discard/",
        imports.import_discard,
        name="merchant-import-discard",
    ),
    path("garments/all/<str:step>/", bulk.garments_bulk, name="merchant-garments-bulk"),
    path("garments/new/", uploads.garment_new, name="merchant-garment-new"),
    path("garments/new/one/", uploads.flat_upload, name="merchant-flat-upload"),
    path("garments/<int:pk>/", garments.garment_edit, name="merchant-garment"),
    path("garments/<int:pk>/flat/", garments.flat_replace, name="merchant-flat"),
    path(
        "garments/<int:pk>/keypoints/",
        garments.garment_keypoints,
        name="merchant-keypoints",
    ),
    path(
        "garments/<int:pk>/previews/",
        garments.garment_previews,
        name="merchant-previews",
    ),
    path(
        "garments/<int:pk>/<str:arrow>/",
        garments.garment_move,
        name="merchant-garment-move",
    ),
]
