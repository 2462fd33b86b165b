import re
from dataclasses import replace
from pathlib import Path
from unittest import TestCase

import numpy as np

from tests.garment_images import TANK, TEE, demo_flat, drawn_flat
from tests.images import drawn_reading, house_model
from tryon_engine.backends import Options, Outfit
from tryon_engine.backends.warp import WarpBackend
from tryon_engine.vision.confidence import Doubt, ramp, weigh
from tryon_engine.vision.fit import doubts as fit_doubts
from tryon_engine.vision.fit.doubts import judge
from tryon_engine.vision.garment.certainty import Certainty
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.person.body import JOINTS, Keypoints, Part
from tryon_engine.vision.person.doubts import person_doubts

ROOT = Path(__file__).parents[2]
COVERED, HEM = (-0.1, 1.0), 1.0


class WeighTests(TestCase):
    def test_nothing_to_doubt_is_full_trust(self):
        confidence = weigh([Doubt("turned", "Turned.", 0.0)])

        self.assertEqual(confidence.as_dict(), {"score": 1.0, "reasons": []})

    def test_each_doubt_takes_its_share_and_the_gravest_comes_first(self):
        confidence = weigh([Doubt("a", "A.", 0.2), Doubt("b", "B.", 0.5)])

        self.assertAlmostEqual(confidence.score, 0.4)
        self.assertEqual([doubt.code for doubt in confidence.reasons], ["b", "a"])

    def test_of_one_code_the_gravest_counts(self):
        confidence = weigh([Doubt("a", "A.", 0.5), Doubt("a", "A.", 0.2)])

        self.assertAlmostEqual(confidence.score, 0.5)
        self.assertEqual(len(confidence.reasons), 1)

    def test_slight_doubts_are_not_told(self):
        confidence = weigh([Doubt("a", "A.", 0.03)])

        self.assertAlmostEqual(confidence.score, 0.97)
        self.assertEqual(confidence.reasons, ())

    def test_ramp_runs_either_way(self):
        upwards = [ramp(value, 0.25, 0.75) for value in (0.0, 0.5, 1.0)]
        downwards = [ramp(value, 0.75, 0.25) for value in (1.0, 0.5, 0.0)]

        self.assertEqual(upwards, [0, 0.5, 1])
        self.assertEqual(downwards, upwards)


class PersonDoubtsTests(TestCase):
    def codes(self, person, covered=COVERED, hem_down=HEM, is_lower_new=False):
        doubts = person_doubts(person, covered, hem_down, is_lower_new)
        return [doubt.code for doubt in weigh(doubts).reasons]

    def test_a_person_who_stands_well_gives_none(self):
        self.assertEqual(self.codes(drawn_reading()), [])

    def test_a_hand_over_the_hem_is_named_by_the_persons_own_side(self):
        person = moved(drawn_reading(), {"index": (-20, 250), "pinky": (-20, 250)})

        self.assertEqual(self.codes(person), ["right_hand_over_hem"])

    def test_a_hand_before_the_clothes(self):
        person = moved(drawn_reading(), {"index": (-20, 190), "pinky": (-20, 190)})

        self.assertEqual(self.codes(person), ["right_hand_in_front"])
        self.assertEqual(self.codes(person, covered=(0.9, 2.2), hem_down=None), [])

    def test_a_forearm_across_the_body(self):
        person = moved(
            drawn_reading(),
            {"elbow": (-60, 180), "wrist": (30, 190), "index": (44, 190)},
        )

        self.assertIn("arm_in_front", self.codes(person))

    def test_narrow_shoulders_mean_a_turned_body(self):
        person = moved(drawn_reading(), {"shoulder": (0, 120)})

        self.assertIn("turned", self.codes(person))

    def test_joints_that_are_not_seen(self):
        person = drawn_reading()
        joints = person.keypoints.array.copy()
        joints[:, 2] = 0.3

        self.assertIn("pose_unclear", self.codes(with_joints(person, joints)))

    def test_clothes_of_the_colour_of_skin(self):
        person = drawn_reading()
        lab = person.lab.copy()
        lab[person.parsing == Part.UPPER] = person.skin_tone

        self.assertIn("clothes_like_skin", self.codes(replace(person, lab=lab)))

    def test_clothes_of_the_colour_of_the_backdrop(self):
        person = drawn_reading()
        lab = person.lab.copy()
        backdrop = lab[5, 5]
        lab[np.isin(person.parsing, (Part.UPPER, Part.LOWER))] = backdrop

        self.assertIn("backdrop_like_clothes", self.codes(replace(person, lab=lab)))

    def test_hair_or_a_bag_over_the_chest(self):
        person = drawn_reading()
        expected = {Part.HAIR: "hair_over_shoulders", Part.BAG: "bag_in_front"}
        for part, code in expected.items():
            parsing = person.parsing.copy()
            parsing[130:190, 150:185] = part

            self.assertIn(code, self.codes(replace(person, parsing=parsing)))

    def test_feet_outside_matter_only_for_what_is_worn_on_the_legs(self):
        person = moved(drawn_reading(), {"ankle": (-34, 530)})

        self.assertEqual(self.codes(person), [])
        self.assertEqual(self.codes(person, is_lower_new=True), ["feet_outside"])

    def test_a_person_of_few_pixels(self):
        person = replace(drawn_reading(), scale=2.0)

        self.assertEqual(self.codes(person), ["person_small"])


class GarmentDoubtsTests(TestCase):
    def doubts(self, flat):
        found = fit_doubts._garment_doubts(read_garment(np.ascontiguousarray(flat)))
        return weigh(found).reasons

    def codes(self, flat):
        return [doubt.code for doubt in self.doubts(flat)]

    def test_a_clear_flat_gives_none(self):
        self.assertEqual(self.codes(drawn_flat(TEE)), [])
        self.assertEqual(self.codes(demo_flat("knit_cable_oatmeal")), [])

    def test_a_garment_beyond_the_frame_is_told(self):
        self.assertEqual(self.codes(drawn_flat(TANK)[:450]), ["garment_cut_off"])

    def test_a_missing_sleeve_is_told(self):
        flat = drawn_flat(TEE)
        flat[:, :148] = flat[0, 0]

        self.assertEqual(self.codes(flat), ["garment_asymmetric"])

    def test_one_cause_is_told_once(self):
        reading = read_garment(drawn_flat(TEE))
        expected = {
            Certainty(1.0, 1.0, 0.2, 1.0): ["sleeves_unclear"],
            Certainty(1.0, 0.6, 0.0, 1.0): ["garment_asymmetric"],
            Certainty(1.0, 0.6, 0.0, 0.8): ["garment_cut_off"],
        }
        for certainty, codes in expected.items():
            vars(reading)["certainty"] = certainty
            found = weigh(fit_doubts._garment_doubts(reading)).reasons

            self.assertEqual([doubt.code for doubt in found], codes)

    def test_low_contrast_is_the_doubt_of_a_faint_garment(self):
        faint = demo_flat("sweat_cream_word")

        (doubt,) = self.doubts(faint)

        self.assertEqual(read_garment(faint).doubts(), ("low_contrast",))
        self.assertEqual(doubt.code, "garment_faint")
        self.assertGreaterEqual(doubt.weight, fit_doubts.LOW_CONTRAST)


class JudgeTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = WarpBackend()
        cls.person = house_model("w2")

    def judge(self, top=None, bottom=None):
        fitting = self.backend.fit(self.person, Outfit(top, bottom))
        wearer = fitting.wearer
        return judge(wearer.reading, wearer.hidden, fitting.top, fitting.bottom)

    def test_a_clear_flat_on_a_clear_person_is_trusted(self):
        self.assertGreater(self.judge(drawn_flat(TEE)).score, 0.75)

    def test_a_garment_whose_points_are_unsure_is_trusted_less(self):
        tee = drawn_flat(TEE)
        ragged = tee.copy()
        ragged[:, :190] = 245  # a sleeve and more is missing

        self.assertLess(self.judge(ragged).score, self.judge(tee).score)

    def test_a_garment_of_its_backdrops_colour_is_told(self):
        faint = drawn_flat(TEE, colour=(236, 236, 235))

        self.assertIn("garment_faint", [one.code for one in self.judge(faint).reasons])

    def test_what_new_clothes_leave_uncovered_is_told(self):
        wearer = self.backend.fit(self.person, Outfit(drawn_flat(TEE))).wearer
        size = wearer.reading.parsing[::4, ::4].shape

        def codes(cloth):
            made_up = fit_doubts._made_up_doubts(
                wearer.reading, wearer.hidden, cloth, [Part.UPPER, Part.LOWER]
            )
            return [doubt.code for doubt in weigh(made_up).reasons]

        self.assertIn("skin_made_up", codes(np.zeros(size, bool)))
        self.assertEqual(codes(np.ones(size, bool)), [])

    def test_results_of_the_backend_carry_it(self):
        result = self.backend.coarse(
            self.person, Outfit(demo_flat("polo_forest")), Options()
        )

        self.assertEqual(set(result.confidence.as_dict()), {"score", "reasons"})
        self.assertTrue(0 < result.confidence.score <= 1)


def moved(person, joints):
    """The drawn person with image-left joints at (x from the axis, y)."""
    array = person.keypoints.array.copy()
    for name, (off, y) in joints.items():
        _, own_right = JOINTS[name]
        array[own_right, :2] = 192 + off, y
    if "shoulder" in joints:
        array[JOINTS["shoulder"][0], :2] = 192 + 20, joints["shoulder"][1]
    if "ankle" in joints:
        array[JOINTS["ankle"][0], 1] = joints["ankle"][1]
    return with_joints(person, array)


def with_joints(person, array):
    return replace(person, keypoints=Keypoints(array, is_mirrored=True))


class DocumentedCodesTests(TestCase):
    def test_every_code_stands_in_the_protocol(self):
        text = (ROOT / "docs" / "protocol.md").read_text()
        vision = ROOT / "tryon_engine" / "vision"
        found = set()
        for path in sorted(vision.rglob("*doubts.py")):
            found |= set(re.findall(r'Doubt\(\s*f?"([^"]+)"', path.read_text()))
        codes = {code.format(own=side) for code in found for side in ("left", "right")}

        self.assertGreater(len(codes), 15)
        self.assertEqual(
            [code for code in sorted(codes) if f"`{code}`" not in text], []
        )
