"""What the tests of the back office share: staff, addresses and actions."""

from django.contrib.auth.models import Permission
from django.test import TestCase
from django.urls import reverse

from tests.factories import make_user


class AdminCase(TestCase):
    def setUp(self):
        self.reviewer = make_user(is_staff=True, is_superuser=True)
        self.client.force_login(self.reviewer)

    def act(self, model, action, *rows, query="", **data):
        data |= {"action": action, "_selected_action": [row.pk for row in rows]}
        answer = self.client.post(admin_url(model) + query, data, follow=True)
        for row in rows:
            row.refresh_from_db()
        return answer

    def texts(self, answer):
        return [str(message) for message in answer.context["messages"]]


def admin_url(model, page="changelist", *args):
    return reverse(f"admin:shop_{model}_{page}", args=args)


def make_staff(*permissions):
    """Staff with all permissions on garments, shoppers and sessions, but no photos."""
    user = make_user(is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="shop")
    allowed = allowed.exclude(codename="view_shopper_photos")
    user.user_permissions.set(allowed)
    for codename in permissions:
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user
