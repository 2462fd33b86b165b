"""Private pictures for staff: asked for by number, served to who may see them.

No page of the back office holds a signed address, which would open the picture to
whoever reads it in a log. A shopper's picture takes a permission of its own, and each
look at one is written down: who, when, which.
"""

import logging
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import PersonImage, TryOnSession, TryOnTask, User
from ..views.files import picture_response
from .common import REVIEW, VIEW_PHOTOS, StaffRequest

logger = logging.getLogger(__name__)


def photo_url(photo: PersonImage) -> str:
    return reverse("staff-photo", args=[photo.pk])


def thumbnail_url(photo: PersonImage) -> str:
    return reverse("staff-thumbnail", args=[photo.pk])


def result_url(task: TryOnTask) -> str:
    return reverse("staff-result", args=[task.pk])


@require_safe
def photo(request: StaffRequest, pk: int) -> FileResponse:
    found = _get(_photos(request.user), pk)
    if not found.is_house_model:
        _log(request.user, found, _("Looked at the photo."))
    return _serve(found.image)


@require_safe
def thumbnail(request: StaffRequest, pk: int) -> FileResponse:
    """House models only: in lists nobody looks at shoppers."""
    found = _get(_photos(request.user).filter(is_house_model=True), pk)
    return _serve(found.thumbnail or found.image)


@require_safe
def result(request: StaffRequest, pk: int) -> FileResponse:
    tasks = _results(request.user).select_related("session__person_image")
    task = _get(tasks, pk)
    if shows_shopper(task.session):
        stage = {"stage": task.get_stage_display()}
        _log(request.user, task.session, _("Looked at the picture: %(stage)s.") % stage)
    return _serve(task.result)


def shows_shopper(tryon_session: TryOnSession) -> bool:
    """When the photo is gone, the results still show the shopper."""
    person = tryon_session.person_image
    return not (person and person.is_house_model)


def _photos(user: User) -> QuerySet[PersonImage]:
    """The person images that this member of staff may see."""
    if user.has_perm(VIEW_PHOTOS):
        return PersonImage.objects.all()
    if user.has_perm("shop.view_personimage"):
        return PersonImage.objects.house_models()
    return PersonImage.objects.none()


def _results(user: User) -> QuerySet[TryOnTask]:
    tasks = TryOnTask.objects.exclude(result="")
    if user.has_perm(VIEW_PHOTOS):
        return tasks
    allowed = Q(pk__in=[])
    if user.has_perm("shop.view_tryonsession"):
        allowed |= Q(session__person_image__is_house_model=True)
    if user.has_perm(REVIEW):
        allowed |= Q(session__preview__isnull=False)
    return tasks.filter(allowed)


def _get(rows: QuerySet, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:  # forbidden and missing look alike
        raise Http404("No such picture.")
    return row


def _log(user: User, seen: Any, message: str) -> None:
    LogEntry.objects.log_actions(
        user.pk, [seen], CHANGE, change_message=message, single_object=True
    )
    logger.info("Staff %s looked at %s %s", user.pk, type(seen).__name__, seen.pk)


def _serve(file: FieldFile) -> FileResponse:
    return picture_response(file.storage, str(file.name), "private, no-store")


photo_view = never_cache(admin.site.admin_view(photo))
thumbnail_view = never_cache(admin.site.admin_view(thumbnail))
result_view = never_cache(admin.site.admin_view(result))
