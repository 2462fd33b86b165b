"""Paths under /api/v1, each with and without a slash at its end and never a redirect:
a redirect would turn the POST of most clients into a GET."""

from django.urls import re_path

from .views import endpoint, files, pictures, tasks

urlpatterns = [
    re_path(
        r"^services/aigc/image2image/image-synthesis/?$",
        tasks.submit,
        name="engine-submit",
    ),
    re_path(
        r"^services/vision/image-check/process/?$",
        pictures.check_image,
        name="engine-check",
    ),
    re_path(
        r"^services/vision/image-process/process/?$",
        pictures.parse_image,
        name="engine-parsing",
    ),
    re_path(r"^tasks/?$", tasks.list_tasks, name="engine-task-list"),
    re_path(r"^tasks/(?P<task_id>[^/]+)/?$", tasks.get_task, name="engine-task"),
    re_path(r"^tasks/(?P<task_id>[^/]+)/cancel/?$", tasks.cancel, name="engine-cancel"),
    re_path(r"^results/(?P<token>[^/]+)\.png$", files.get_result, name="engine-result"),
    re_path(r"^uploads/?$", files.get_upload_policy, name="engine-upload-policy"),
    re_path(r"^uploads/files/?$", files.upload, name="engine-upload"),
    re_path(r"^openapi\.json/?$", files.get_openapi, name="engine-openapi"),
    re_path(r"", endpoint.not_found),
]
