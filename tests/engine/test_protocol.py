from datetime import UTC, datetime, timedelta

import pytest
from django.test import SimpleTestCase

from tests.engine.factories import coarse_body, refiner_body
from tryon_engine import errors, protocol
from tryon_engine.errors import ProtocolError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def refusal(parse, *args):
    with pytest.raises(ProtocolError) as caught:
        parse(*args)
    return caught.value.code, caught.value.message


def of(error):
    return error.code, error.message


class ParseBodyTests(SimpleTestCase):
    def test_refuses_what_is_no_json_object(self):
        for raw in (b"", b"{", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000):
            assert refusal(protocol.parse_body, raw) == of(errors.BODY_INVALID)


class ParseTryonTests(SimpleTestCase):
    def test_fills_in_the_defaults(self):
        for parameters in ({}, None):
            asked = protocol.parse_tryon(coarse_body(parameters=parameters))

            assert asked.parameters == {"resolution": -1, "restore_face": True}

    def test_accepts_absent_parameters(self):
        body = coarse_body()
        del body["parameters"]

        assert protocol.parse_tryon(body).parameters["resolution"] == -1

    def test_treats_empty_and_null_garments_as_absent(self):
        body = coarse_body()
        body["input"] |= {"bottom_garment_url": "", "unknown": 1}

        asked = protocol.parse_tryon(body)

        assert set(asked.images) == {"person_image_url", "top_garment_url"}

    def test_refuses_a_submit_without_garment(self):
        body = coarse_body(
            input={"person_image_url": "http://x/p", "top_garment_url": None}
        )

        assert refusal(protocol.parse_tryon, body) == of(errors.NO_GARMENT)

    def test_refuses_a_submit_without_person(self):
        body = coarse_body(input={"top_garment_url": "http://x/t"})

        assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER)

    def test_refuses_values_of_a_wrong_kind(self):
        for parameters in (
            {"resolution": 640},
            {"resolution": True},
            {"resolution": "-1"},
            {"restore_face": 1},
            {"restore_face": "true"},
            [],
            False,
            "",
            "x",
        ):
            body = coarse_body(parameters=parameters)
            assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER)

    def test_refuses_addresses_that_are_no_text(self):
        for url in (
            7,
            ["http://x/p"],
            {"url": "http://x/p"},
            "http://x/\0",
            "http://x/\ud800",
            0,
        ):
            body = coarse_body()
            body["input"]["person_image_url"] = url

            assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER)

    def test_names_what_is_missing_around_the_fields(self):
        assert refusal(protocol.parse_tryon, {}) == of(errors.NO_MODEL)
        assert refusal(protocol.parse_tryon, {"model": 3}) == of(errors.NO_MODEL)
        assert refusal(protocol.parse_tryon, {"model": "aitryon"}) == of(
            errors.NO_INPUT
        )
        unknown = coarse_body(model="aitryon-9")
        assert refusal(protocol.parse_tryon, unknown) == of(errors.UNKNOWN_MODEL)
        elsewhere = coarse_body(model="image-check-v1")
        assert refusal(protocol.parse_tryon, elsewhere) == of(errors.WRONG_PATH)

    def test_reads_a_refiner_submit(self):
        asked = protocol.parse_tryon(refiner_body())

        assert asked.parameters == {"gender": "woman"}
        assert set(asked.images) == {
            "person_image_url",
            "coarse_image_url",
            "top_garment_url",
        }

    def test_refines_a_bottom_alone(self):
        body = refiner_body()
        body["input"]["bottom_garment_url"] = "http://x/b"
        del body["input"]["top_garment_url"]

        asked = protocol.parse_tryon(body)

        assert asked.images["bottom_garment_url"] == "http://x/b"
        assert "top_garment_url" not in asked.images

    def test_takes_corrected_key_points_of_the_garments_given(self):
        points = {"left_hem": [120, 470.5], "crotch": [0, 4096]}
        for make in (coarse_body, refiner_body):
            body = make()
            body["input"] |= {
                "top_garment_keypoints": points,
                "bottom_garment_keypoints": None,
            }

            asked = protocol.parse_tryon(body)

            assert asked.parameters["top_garment_keypoints"] == points
            assert "bottom_garment_keypoints" not in asked.parameters

    def test_no_key_points_are_the_same_as_none(self):
        body = coarse_body()
        body["input"]["top_garment_keypoints"] = {}

        assert "top_garment_keypoints" not in protocol.parse_tryon(body).parameters

    def test_refuses_key_points_of_a_wrong_kind(self):
        nan, infinity = float("nan"), float("inf")
        for points in (
            [],
            "left_hem",
            7,
            {"left_elbow": [1, 2]},
            {"left_hem": [1]},
            {"left_hem": [1, 2, 0.9]},
            {"left_hem": {"x": 1, "y": 2}},
            {"left_hem": ["1", "2"]},
            {"left_hem": [True, 2]},
            {"left_hem": [None, 2]},
            {"left_hem": [-1, 2]},
            {"left_hem": [1, 4097]},
            {"left_hem": [nan, 2]},
            {"left_hem": [1, infinity]},
            {"left_hem": [1, 10**400]},
        ):
            body = coarse_body()
            body["input"]["top_garment_keypoints"] = points
            assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER), (
                points
            )

    def test_refuses_key_points_without_their_garment(self):
        body = coarse_body()
        body["input"]["bottom_garment_keypoints"] = {"crotch": [1, 2]}

        assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER)

    def test_refiner_needs_a_garment(self):
        body = refiner_body()
        del body["input"]["top_garment_url"]

        assert refusal(protocol.parse_tryon, body) == of(errors.NO_GARMENT)

    def test_refiner_needs_gender_and_coarse_image(self):
        no_coarse = refiner_body()
        del no_coarse["input"]["coarse_image_url"]

        for body in (
            no_coarse,
            refiner_body(parameters={}),
            refiner_body(parameters={"gender": "child"}),
        ):
            assert refusal(protocol.parse_tryon, body) == of(errors.BAD_PARAMETER)


class ParseCheckTests(SimpleTestCase):
    def test_reads_a_check(self):
        asked = protocol.parse_check(
            {
                "model": "image-check-v1",
                "input": {"image_url": "http://x/p"},
                "parameters": {"kind": "person"},
            }
        )

        assert asked.images == {"image_url": "http://x/p"}
        assert asked.parameters == {"kind": "person"}

    def test_refuses_an_unknown_kind(self):
        body = {
            "model": "image-check-v1",
            "input": {"image_url": "http://x/p"},
            "parameters": {"kind": "dog"},
        }

        assert refusal(protocol.parse_check, body) == of(errors.BAD_PARAMETER)


class ListQueryTests(SimpleTestCase):
    def test_asks_for_the_last_day_by_default(self):
        query = protocol.parse_list_query({}, NOW)

        assert (query.start, query.end) == (NOW - timedelta(hours=24), NOW)
        assert (query.page_no, query.page_size) == (1, 10)

    def test_puts_the_other_end_24_hours_away(self):
        from_start = protocol.parse_list_query({"start_time": "20261120080000"}, NOW)
        to_end = protocol.parse_list_query({"end_time": "20261120080000"}, NOW)

        midnight = datetime(2026, 11, 20, tzinfo=UTC)  # 08:00 in UTC+8
        assert from_start.start == to_end.end == midnight
        assert from_start.end - from_start.start == timedelta(hours=24)
        assert to_end.end - to_end.start == timedelta(hours=24)

    def test_refuses_illegal_filters(self):
        for query in (
            {"page_no": "0"},
            {"page_no": "x"},
            {"page_size": "-1"},
            {"page_size": "9" * 30},
            {"status": "DONE"},
            {"start_time": "yesterday"},
            {"start_time": "20261120000000", "end_time": "20261122000000"},
            {"start_time": "20261121000000", "end_time": "20261120000000"},
        ):
            assert refusal(protocol.parse_list_query, query, NOW) == of(
                errors.BAD_PARAMETER
            )

    def test_caps_the_page_size(self):
        assert protocol.parse_list_query({"page_size": "1000"}, NOW).page_size == 100


class WireTimeTests(SimpleTestCase):
    def test_writes_local_time_of_beijing_in_milliseconds(self):
        moment = datetime(2026, 11, 22, 20, 0, 1, 7_999, tzinfo=UTC)

        assert protocol.wire_time(moment) == "2026-11-23 04:00:01.007"
