"""Who and what the pages of a test run show: one row for every state a page can be in.

    python -m tests.browser.cast

fills the database and the stores of DATA_DIR, which must be new, and prints as JSON

- `names`: what the addresses of `tests.browser.site_pages` are filled in with;
- `words`: what the clothes are called in English, which is no missing translation;
- `cookies`: of each kind of visitor;
- `rendered`: pages that no address gives, by language.
"""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tryon_site.settings")

import django

django.setup()

from dataclasses import asdict  # noqa: E402  (Django comes first)
from datetime import timedelta  # noqa: E402  (Django comes first)

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.core.exceptions import PermissionDenied  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from django.views.csrf import csrf_failure  # noqa: E402
from django.views.defaults import permission_denied, server_error  # noqa: E402

from shop.imports.rows import Problem  # noqa: E402
from shop.models import (  # noqa: E402
    Garment,
    GarmentDay,
    GarmentImport,
    GarmentPreview,
    Merchant,
    PersonImage,
    ReviewStatus,
    SessionStatus,
    Shopper,
    Stage,
    TaskState,
    TryOnSession,
    User,
)
from tests.factories import (  # noqa: E402
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

FINDING = {"code": "too_dark", "severity": "warn", "message": "Dark."}
CUT_OFF = {
    "code": "cut_off",
    "severity": "warn",
    "message": "Cut off.",
    "box": [60, 80, 240, 399],
}
FACTS = {
    "category": "top",
    "sleeve": "short",
    "outline": [[60, 80], [240, 80], [240, 399], [60, 399]],
    "keypoints": {"left_hem": [60, 399, 0.9], "right_hem": [240, 399, 0.2]},
}
# What the engine measured: a colour that came out differently, and one that did not.
WORN = {
    "top": {
        "kind": "top",
        "colours": ["navy", "white"],
        "sleeves": "short",
        "hem": "hip",
        "colour_difference": 7.2,
        "lightness_difference": -9.0,
    },
    "bottom": {
        "kind": "trousers",
        "colours": ["tan"],
        "hem": "ankle",
        "colour_difference": 0.6,
        "lightness_difference": 1.0,
    },
}
DOUBT = {"code": "garment_small", "message": "Few pixels."}


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    merchant, shopper, staff = make_user(), make_user(), make_user()
    leaver = make_user()  # a shopper whom a test may delete
    User.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True)
    names = make_clothes(merchant) | make_models() | make_looks(shopper)
    for which in ("garment_draft", "garment_waiting"):
        preview(Garment.objects.get(pk=names[which]))
    names["leavers_look"] = make_looks(leaver)["look_refined"]
    cast = {
        "names": names,
        "words": [
            word for garment in Garment.objects.all() for word in words_of(garment)
        ],
        "cookies": {
            "guest": {},
            "shopper": cookies_of(shopper),
            "leaver": cookies_of(leaver),
            "merchant": cookies_of(merchant),
            "staff": cookies_of(staff),
        },
        "rendered": {code: rendered(code) for code, _name in settings.LANGUAGES},
    }
    json.dump(cast, sys.stdout)


def make_clothes(owner: User) -> dict[str, str]:
    shop = make_merchant(user=owner, shop_name="棉麻铺子", website="https://a.example")
    words = {"description": "Soft cotton.", "description_zh": "柔软的棉布。"}
    fields = {"merchant": shop, "product_url": "https://a.example/1"} | words
    top = make_garment("top", name="Linen shirt", name_zh="亚麻衬衫", **fields)
    bottom = make_garment("bottom", name="Blue jeans", name_zh="蓝色牛仔裤", **fields)
    dress = make_garment("dress", name="Slip dress", name_zh="吊带裙", **fields)
    for number in range(1, 26):  # more than one page of the catalogue
        make_garment("top", name=f"Tee {number}", name_zh=f"短袖衫 {number}", **fields)
    names = {"top": top.slug, "bottom": bottom.slug, "dress": dress.slug}
    for status in ReviewStatus:
        garment = make_garment(
            status=status,
            name="Grey jumper",
            name_zh="灰色毛衣",
            # A reviewer's own words are in the language that the reviewer wrote.
            rejection_reason="太暗。" if status == ReviewStatus.REJECTED else "",
            findings=[CUT_OFF, FINDING],
            facts=FACTS,
            submitted_at=None if status == ReviewStatus.DRAFT else timezone.now(),
            **fields,
        )
        names[f"garment_{status}"] = str(garment.pk)
        count_some_days(garment)
    for hours, name in ((3, "Brown skirt"), (2, "Green coat"), (1, "Red scarf")):
        submitted_at = timezone.now() - timedelta(hours=hours)
        waiting = {"status": ReviewStatus.IN_REVIEW, "submitted_at": submitted_at}
        garment = make_garment(name=name, name_zh="新品", **waiting, **fields)
        names["garment_waiting"] = str(garment.pk)
    return names | make_imports(shop)


def count_some_days(garment: Garment) -> None:
    today = timezone.localdate()
    GarmentDay.objects.bulk_create(
        GarmentDay(
            garment=garment, day=today - timedelta(days=back), tried_on=back, kept=1
        )
        for back in range(40)
    )


def preview(garment: Garment) -> None:
    """On two models: one picture is there, the other is still awaited."""
    for number, model in enumerate(PersonImage.objects.house_models()[:2]):
        session = make_session(
            shopper=None,
            person_image=model,
            top=garment,
            wants_refined=False,
            status=SessionStatus.COARSE_ONLY if number else SessionStatus.QUEUED,
        )
        if number:
            make_task(TaskState.SUCCEEDED, session=session)
        GarmentPreview.objects.create(
            garment=garment, person_image=model, session=session
        )


def make_imports(shop: Merchant) -> dict[str, str]:
    """A table that was looked through, and one that is in the catalogue."""
    counts = {"created": 2, "updated": 1, "unchanged": 0, "failed": 1}
    found = Problem(2, "price", {"en": "Enter a number.", "zh-hans": "请输入数字。"})
    fields = {"merchant": shop, "rows": 4, "plan": counts, "problems": [asdict(found)]}
    planned = GarmentImport.objects.create(**fields)
    now = timezone.now()
    ended = GarmentImport.objects.create(
        **fields, counts=counts, next_row=4, started_at=now, ended_at=now
    )
    return {"import": str(planned.public_id), "import_done": str(ended.public_id)}


def make_models() -> dict[str, str]:
    first = make_person_image(is_house_model=True, name="Amara", name_zh="阿玛拉")
    make_person_image(is_house_model=True, name="Mei", name_zh="小美")
    return {"model": str(first.public_id)}


def make_looks(user: User) -> dict[str, str]:
    """A shopper with a photo and a look in every state."""
    shopper = make_shopper(user=user)
    shopper.consent()
    photo = make_person_image(shopper=shopper, findings=[FINDING])
    clothes = {garment.kind: garment for garment in Garment.objects.on_sale()}
    names = {"photo": str(photo.public_id)}
    for status in SessionStatus:
        session = make_session(
            shopper=shopper,
            person_image=photo,
            top=clothes["top"],
            bottom=clothes["bottom"],
            status=status,
            reason="throttled" if status == SessionStatus.FAILED else "",
        )
        make_results(session)
        names[f"look_{status}"] = str(session.public_id)
    shared = make_shared(shopper, photo, clothes["dress"])
    names |= {"look_shared": str(shared.public_id), "shared": str(shared.share_token)}
    return names


def make_results(session: TryOnSession) -> None:
    with_coarse = (
        *(SessionStatus.COARSE_READY, SessionStatus.REFINING),
        *(SessionStatus.REFINED, SessionStatus.COARSE_ONLY),
    )
    if session.status in with_coarse:
        make_task(
            TaskState.SUCCEEDED,
            session=session,
            stage=Stage.COARSE,
            confidence={"score": 0.1, "reasons": [DOUBT]},
            worn=WORN,
        )
    if session.status == SessionStatus.REFINED:
        make_task(TaskState.SUCCEEDED, session=session, stage=Stage.REFINE, worn=WORN)


def make_shared(shopper: Shopper, photo: PersonImage, dress: Garment) -> TryOnSession:
    session = make_session(
        shopper=shopper,
        person_image=photo,
        top=dress,
        status=SessionStatus.REFINED,
        name="周日",
        is_kept=True,
        share_token=f"shared-{shopper.pk}",
        share_expires_at=timezone.now() + timedelta(days=1),
        share_hides_face=True,
    )
    make_results(session)
    return session


def words_of(garment: Garment) -> list[str]:
    return [garment.name, garment.description, garment.slug]


def cookies_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {name: client.cookies[name].value}


def rendered(language: str) -> dict[str, str]:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    browser = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": language})
    with translation.override(language):
        answers = {
            "receipt": browser.post(reverse("forget-me")),
            "403": permission_denied(request, PermissionDenied()),
            "403_csrf": csrf_failure(request),
            "500": server_error(request),
        }
    return {name: answer.content.decode() for name, answer in answers.items()}


if __name__ == "__main__":
    main()
