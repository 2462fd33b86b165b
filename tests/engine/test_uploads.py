"""The temporary upload: a policy, a form, an `oss://` address, and what is refused."""

import base64
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.utils import timezone

from tests.engine.factories import (
    ASYNC,
    AUTH,
    KEY,
    OTHER_KEY,
    coarse_body,
    make_engine_task,
)
from tests.engine.fakes import FakeBackend, data_url, noise
from tests.engine.over_http import PNG
from tryon_engine import errors, fetch, jobs, limits, uploads
from tryon_engine.errors import ProtocolError
from tryon_engine.keys import hash_key
from tryon_engine.models import EngineKey, EngineTask, EngineUpload, TaskState
from tryon_engine.results import engine_store
from tryon_engine.workers import Worker

pytestmark = pytest.mark.urls("tests.engine.urls")
POLICY = "/api/v1/uploads?action=getPolicy&model=aitryon"
FILES = "/api/v1/uploads/files"


@override_settings(TRYON_ENGINE_API_KEYS=[KEY, OTHER_KEY], TRYON_ENGINE_PUBLIC_URL="")
class UploadTestCase(TestCase):
    def grant(self, key=KEY):
        answer = self.client.get(POLICY, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.json()
        return answer.json()["data"]

    def post(self, granted, name="person.png", content=PNG, **changes):
        form = {
            "OSSAccessKeyId": granted["oss_access_key_id"],
            "Signature": granted["signature"],
            "policy": granted["policy"],
            "key": f"{granted['upload_dir']}/{name}",
            "x-oss-object-acl": granted["x_oss_object_acl"],
            "x-oss-forbid-overwrite": granted["x_oss_forbid_overwrite"],
            "success_action_status": "200",
            "x-oss-content-type": "image/png",
        } | changes
        # Not as a field of its own: the file comes last.
        return self.client.post(
            FILES, form | {"file": SimpleUploadedFile("f", content)}
        )

    def uploaded(self, key=KEY, name="person.png", content=PNG):
        granted = self.grant(key)
        assert self.post(granted, name, content).status_code == 200
        return f"oss://{granted['upload_dir']}/{name}"

    def assert_refused(self, answer, error, **details):
        assert answer.status_code == error.status
        assert answer["Content-Type"] == "application/json"
        body = answer.json()
        assert set(body) == {"code", "message", "request_id"}
        assert body["code"] == error.code
        assert body["message"].startswith(error.message.partition("{")[0])

    def nothing_is_kept(self):
        return not EngineUpload.objects.exists()


class PolicyTests(UploadTestCase):
    def test_names_this_server_as_the_host(self):
        assert self.grant()["upload_host"] == f"http://testserver{FILES}"
        with override_settings(TRYON_ENGINE_PUBLIC_URL="https://engine.example"):
            assert self.grant()["upload_host"] == f"https://engine.example{FILES}"

    def test_the_policy_says_what_it_allows(self):
        granted = self.grant()

        document = json.loads(base64.b64decode(granted["policy"]))

        assert document["conditions"] == [
            ["content-length-range", 1, 64 * 1024 * 1024],
            ["starts-with", "$key", granted["upload_dir"] + "/"],
        ]

    def test_needs_a_key_an_action_and_a_model(self):
        self.assert_refused(self.client.get(POLICY), errors.NO_API_KEY)
        for query in ("", "?action=getPolicy", "?action=list&model=aitryon"):
            answer = self.client.get(f"/api/v1/uploads{query}", headers=AUTH)
            self.assert_refused(answer, errors.BAD_PARAMETER)

    def test_two_policies_share_no_folder(self):
        assert self.grant()["upload_dir"] != self.grant()["upload_dir"]


class UploadTests(UploadTestCase):
    def test_keeps_the_file_under_a_name_of_our_own(self):
        url = self.uploaded(name="照片 1.png")

        stored = EngineUpload.objects.get()
        assert stored.owner == hash_key(KEY)
        assert f"oss://{stored.key}" == url
        assert "照片" not in stored.file_name
        with engine_store().open(stored.file_name) as file:
            assert file.read() == PNG

    def test_one_policy_serves_several_files(self):
        granted = self.grant()

        statuses = [self.post(granted, name).status_code for name in ("a.png", "b.png")]

        assert statuses == [200, 200]

    def test_a_replayed_form_overwrites_nothing(self):
        granted = self.grant()
        self.post(granted)

        answer = self.post(granted, content=b"something else")

        self.assert_refused(answer, errors.UPLOAD_EXISTS)
        with engine_store().open(EngineUpload.objects.get().file_name) as file:
            assert file.read() == PNG

    def test_an_expired_policy_is_refused(self):
        granted = self.grant()
        with pytest.MonkeyPatch.context() as patch:
            later = timezone.now() + timedelta(seconds=302)
            patch.setattr("tryon_engine.uploads.timezone.now", lambda: later)
            answer = self.post(granted)

        self.assert_refused(answer, errors.POLICY_EXPIRED)
        assert self.nothing_is_kept()

    def test_a_changed_policy_is_refused(self):
        granted = self.grant()
        document = json.loads(base64.b64decode(granted["policy"]))
        document["expiration"] = "2099-01-01T00:00:00+00:00"
        longer = base64.b64encode(json.dumps(document).encode()).decode()
        for changes in (
            {"policy": longer},
            {"Signature": ""},
            {"Signature": "ü"},
            {"Signature": granted["signature"][:-2]},
            {"OSSAccessKeyId": str(int(granted["oss_access_key_id"]) + 1)},
            {"policy": ""},
        ):
            self.assert_refused(self.post(granted, **changes), errors.POLICY_FORGED)
        assert self.nothing_is_kept()

    def test_keys_outside_the_folder_are_refused(self):
        granted, others = self.grant(), self.grant(OTHER_KEY)
        folder = granted["upload_dir"]
        for key in (
            "",
            "/etc/passwd",
            "../../db.sqlite3",
            folder,
            f"{folder}/",
            f"{folder}/.",
            f"{folder}/..",
            f"{folder}/../../../secret_key",
            f"{folder}/a/b.png",
            f"{folder}/..\\..\\b.png",
            f"{folder}/a\x00.png",
            f"{folder}/a\r\nX-Header: b",
            f"{folder}/{'a' * 256}",
            f"{folder}x/a.png",
            f"{others['upload_dir']}/a.png",
        ):
            answer = self.post(granted, key=key)
            self.assert_refused(answer, errors.POLICY_BROKEN)
        assert self.nothing_is_kept()

    def test_a_policy_ends_with_its_key(self):
        granted = self.grant()
        EngineKey.objects.update(revoked_at=timezone.now())

        self.assert_refused(self.post(granted), errors.ACCESS_DENIED)

    def test_forms_that_are_none_are_refused(self):
        for body, kind in (
            (b"", "multipart/form-data; boundary=b"),
            (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
            (b"{}", "application/json"),
            (b"x" * 50, "multipart/form-data"),
        ):
            answer = self.client.post(FILES, data=body, content_type=kind)
            self.assert_refused(answer, errors.UPLOAD_INCOMPLETE)

    def test_a_file_over_the_limit_is_refused_by_its_announced_length(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(uploads, "MAX_FORM_BYTES", 1000)
            self.assert_refused(self.post(self.grant()), errors.UPLOAD_TOO_LARGE)

    def test_a_key_that_fills_its_room_gets_no_more(self):
        granted = self.grant()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(uploads, "UPLOAD_CAPACITY_MB", 0)
            self.assert_refused(self.post(granted), errors.QUOTA_USED_UP)
            self.assert_refused(
                self.client.get(POLICY, headers=AUTH), errors.QUOTA_USED_UP
            )
        assert granted["capacity_limit_mb"] == limits.UPLOAD_CAPACITY_MB


class AddressTests(UploadTestCase):
    def read(self, url, key=KEY, allowed=fetch.PHOTO):
        return uploads.read(uploads.find(url, hash_key(key)), allowed)

    def refusal(self, *args, **kwargs):
        with pytest.raises(ProtocolError) as caught:
            self.read(*args, **kwargs)
        return caught.value.code, caught.value.message

    def test_a_task_reads_it_with_and_without_the_resolve_header(self):
        url = self.uploaded(name="a b.png")
        body = coarse_body()
        body["input"] = {"person_image_url": url, "top_garment_url": data_url(noise())}
        encoded = json.loads(json.dumps(body).replace("a b.png", "a%20b.png"))
        headers = {"X-DashScope-OssResourceResolve": "enable"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jobs, "get_backend", lambda *_: FakeBackend())
            for extra, asked in (({}, body), (headers, encoded)):
                self.client.post(
                    "/api/v1/services/aigc/image2image/image-synthesis",
                    data=json.dumps(asked),
                    content_type="application/json",
                    headers=AUTH | ASYNC | extra,
                )
                Worker("w", ("aitryon",)).work_once()

        states = EngineTask.objects.values_list("state", "error_message")
        assert list(states) == [(TaskState.SUCCEEDED, "")] * 2

    def test_belongs_to_its_key(self):
        url = self.uploaded()

        assert self.read(url) == PNG
        missing = errors.MEDIA_NOT_FOUND.code, errors.MEDIA_NOT_FOUND.message
        assert self.refusal(url, OTHER_KEY) == missing
        assert self.refusal("oss://dashscope-instant/1/x/y.png") == missing

    def test_names_no_other_file_of_the_store(self):
        task = make_engine_task()
        inside = engine_store().save(
            f"{task.pk.hex}/x.png", SimpleUploadedFile("x", PNG)
        )

        for url in (
            f"oss://{inside}",
            f"oss://../engine/{inside}",
            "oss://",
            "oss:///",
        ):
            assert self.refusal(url)[0] == errors.MEDIA_NOT_FOUND.code

    def test_is_judged_as_any_picture(self):
        assert (
            self.refusal(self.uploaded(content=b"\x89PNG"))[0] == "InvalidInputLength"
        )
        assert self.refusal(self.uploaded(content=b"#!" * 9000))[0] == "InvalidURL"
        url = self.uploaded()
        assert self.refusal(url, allowed=fetch.Limits(1, 9))[0] == "InvalidInputLength"

    def test_goes_after_48_hours(self):
        url, young = self.uploaded(), self.uploaded()
        stored = EngineUpload.objects.get(key=url.removeprefix("oss://"))
        EngineUpload.objects.filter(pk=stored.pk).update(
            created_at=timezone.now() - timedelta(hours=48, seconds=1)
        )

        assert self.refusal(url)[0] == errors.MEDIA_NOT_FOUND.code
        assert uploads.purge_expired() == 1
        assert not engine_store().exists(stored.file_name)
        assert self.read(young) == PNG
