"""The engine alone: its tests need nothing of the shop."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("tryon_engine.urls"))]
