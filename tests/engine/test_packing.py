from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from unittest import TestCase

import numpy as np

from tests.garment_images import demo_flat
from tryon_engine.backends.packing import PackingError, kinds, pack, unpack
from tryon_engine.vision.garment.reading import (
    GarmentKind,
    GarmentReading,
    UpperShape,
    read_garment,
)
from tryon_engine.vision.person.body import ArmField, Keypoints, PersonReading


class Colour(StrEnum):
    RED = "red"


class Number(IntEnum):
    TWO = 2


@dataclass(frozen=True, eq=False)
class Inner:
    points: np.ndarray
    colour: Colour


@dataclass(frozen=True, eq=False)
class Outer:
    inner: dict[str, Inner]
    pair: tuple[int, float]
    number: Number
    names: list[str] = field(default_factory=list)
    maybe: Inner | None = None
    mask: np.ndarray | None = None
    size: float = 0.0


def outer(**changes) -> Outer:
    inner = Inner(np.arange(6, dtype=np.float32).reshape(3, 2), Colour.RED)
    whole = Outer({"left": inner}, (1, float("inf")), Number.TWO, ["a", "b"])
    return replace(whole, **changes)


def packed(value: object, *given: np.ndarray) -> bytes:
    return b"".join(pack(value, given))


class PackingTests(TestCase):
    def test_value_comes_back_with_types_and_arrays(self):
        mask = np.eye(5, dtype=bool)

        value = unpack(packed(outer(mask=mask[:, ::2])), Outer)

        np.testing.assert_array_equal(value.mask, mask[:, ::2])
        self.assertEqual(value.mask.dtype, bool)
        points = value.inner["left"].points
        np.testing.assert_array_equal(points, np.arange(6).reshape(3, 2))
        self.assertEqual(points.dtype, np.float32)
        self.assertIs(value.inner["left"].colour, Colour.RED)
        self.assertIs(value.number, Number.TWO)
        self.assertEqual(value.pair, (1, float("inf")))
        self.assertEqual(value.names, ["a", "b"])
        self.assertIsNone(value.maybe)

    def test_numpy_scalars_keep_their_precision(self):
        value = unpack(packed(outer(size=np.float32(0.1))), Outer)

        self.assertIsInstance(value.size, np.float32)
        self.assertEqual(value.size, np.float32(0.1))

    def test_empty_arrays_are_no_problem(self):
        value = unpack(packed(outer(mask=np.zeros((0, 3), bool))), Outer)

        self.assertEqual(value.mask.shape, (0, 3))

    def test_arrays_cannot_be_written_to(self):
        value = unpack(packed(outer()), Outer)

        with self.assertRaises(ValueError):
            value.inner["left"].points[0] = 1

    def test_given_arrays_are_left_out(self):
        photo = np.zeros((100, 100, 3), np.uint8)

        data = packed(outer(mask=photo), photo)

        self.assertLess(len(data), 2000)
        other = photo + 1
        self.assertIs(unpack(data, Outer, [other]).mask, other)

    def test_refuses_what_it_cannot_keep(self):
        for odd in (object(), np.array([None])):
            with self.assertRaises(TypeError):
                pack(outer(mask=odd))

    def test_any_damage_is_found(self):
        data = packed(outer())
        damaged = [b"", b"short", data[:-1], data[:40], data + b"\0", b"X" + data[1:]]
        for place in range(0, len(data), 7):
            changed = bytearray(data)
            changed[place] ^= 64
            damaged.append(bytes(changed))

        for broken in damaged:
            with self.assertRaises(PackingError):
                unpack(broken, Outer)

    def test_refuses_another_class(self):
        with self.assertRaises(PackingError):
            unpack(packed(outer().inner["left"]), Outer)
        with self.assertRaises(PackingError):
            unpack(packed(outer()), Inner)

    def test_knows_all_classes_of_readings(self):
        self.assertLessEqual({PersonReading, Keypoints, ArmField}, kinds(PersonReading))
        self.assertLessEqual(
            {GarmentReading, GarmentKind, UpperShape}, kinds(GarmentReading)
        )

    def test_a_garment_reading_comes_back_whole(self):
        flat = demo_flat("tee_sage_vneck")
        reading = read_garment(flat)

        again = unpack(packed(reading, flat), GarmentReading, [flat])

        self.assertIs(again.original, flat)
        np.testing.assert_array_equal(again.clean, reading.clean)
        self.assertEqual(again.describe(), reading.describe())
        self.assertEqual(again.keypoints.keys(), reading.keypoints.keys())
        for name, point in reading.keypoints.items():
            np.testing.assert_array_equal(again.keypoints[name].xy, point.xy)
