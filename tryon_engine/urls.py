"""Paths under /api/v1, each with and without a slash at its end and never a redirect:
a redirect would turn the POST of most clients into a GET."""

from django.urls import re_path

from . import views

urlpatterns = [
    re_path(
        r"^services/aigc/image2image/image-synthesis/?$",
        views.submit,
        name="engine-submit",
    ),
    re_path(
        r"^services/vision/image-check/process/?$",
        views.check_image,
        name="engine-check",
    ),
    re_path(r"^tasks/?$", views.list_tasks, name="engine-task-list"),
    re_path(r"^tasks/(?P<task_id>[^/]+)/?$", views.get_task, name="engine-task"),
    re_path(r"^tasks/(?P<task_id>[^/]+)/cancel/?$", views.cancel, name="engine-cancel"),
    re_path(r"^results/(?P<token>[^/]+)\.png$", views.get_result, name="engine-result"),
    re_path(r"", views.not_found),
]
