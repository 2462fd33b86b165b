"""What the tests of a merchant's pages share: a shop, and how its pages are used."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from shop.models import ReviewStatus
from tests.check_server import check_server
from tests.factories import make_garment, make_merchant
from tests.hostile_files import jpeg


class MerchantCase(TestCase):
    def setUp(self):
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)
        self.server = self.enterContext(check_server())

    def garment(self, status=ReviewStatus.DRAFT, **fields):
        return make_garment(status=status, merchant=self.merchant, **fields)

    def post(self, url_name, *args, data=None):
        return self.client.post(reverse(url_name, args=args), data or {}, follow=True)

    def move(self, garment, arrow):
        answer = self.post("merchant-garment-move", garment.pk, arrow)
        garment.refresh_from_db()
        return answer


def upload(content: bytes = b"", name: str = "flat.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or jpeg(), "image/jpeg")


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def details(**fields) -> dict:
    """What a merchant says of a garment."""
    return {
        "kind": "dress",
        "audience": "women",
        "name": "Linen dress",
        "name_zh": "亚麻连衣裙",
        "description": "Airy.",
        "description_zh": "",
        "price": "129.00",
        "currency": "EUR",
        "product_url": "shop.example/dress",
    } | fields
