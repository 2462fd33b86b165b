"""Every URL of the site: the shop at /, the engine's protocol at /api/v1/."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from .health import healthz

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
if settings.SERVES_ENGINE:
    urlpatterns += [path("api/v1/", include("tryon_engine.urls"))]
if settings.SERVES_SHOP:
    urlpatterns += [
        path("i18n/", include("django.conf.urls.i18n")),
        path("admin/", include("shop.admin.urls")),  # first: the next takes all below
        path("admin/", admin.site.urls),
        path("", include("shop.urls")),
    ]
