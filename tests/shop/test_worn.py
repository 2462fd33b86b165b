"""What the engine measured, in words: alt texts and the truth about colours."""

from django.test import SimpleTestCase
from django.utils.translation import override

from shop.worn import COLOURS, HEMS, SLEEVES, colour_truth, outfit_in_words
from tryon_engine.vision.colour_names import MULTICOLOURED, NAMED
from tryon_engine.vision.worn_facts import HEMS as MEASURED_HEMS
from tryon_engine.vision.worn_facts import LEG_HEMS
from tryon_engine.vision.worn_facts import SLEEVES as MEASURED_SLEEVES

TOP = {"kind": "top", "colours": ["olive"], "sleeves": "long", "hem": "hip"}
JEANS = {"kind": "trousers", "colours": ["blue"], "hem": "ankle"}


class OutfitInWordsTests(SimpleTestCase):
    def test_describes_every_piece(self):
        cases = {
            "an olive long-sleeved top, hem at the hip": {"top": TOP},
            "blue trousers down to the ankle": {"bottom": JEANS},
            "an olive long-sleeved top, hem at the hip, and blue trousers down to the "
            "ankle": {"top": TOP, "bottom": JEANS},
            "a white and navy strapless dress": {
                "top": {
                    "kind": "dress",
                    "colours": ["white", "navy"],
                    "sleeves": "strapless",
                }
            },
            "a navy, red and white short-sleeved top, hem at the hip": {
                "top": TOP | {"colours": ["navy", "red", "white"], "sleeves": "short"}
            },
            "a white and navy striped long-sleeved top, hem at the hip": {
                "top": TOP | {"colours": ["white", "navy"], "pattern": "striped"}
            },
            "a white long-sleeved top with a multicoloured print, hem at the hip": {
                "top": TOP | {"colours": ["white", "multicoloured"]}
            },
            "cream trousers with a multicoloured print down to the ankle": {
                "bottom": JEANS | {"colours": ["cream", "multicoloured"]}
            },
            "a green checked skirt": {
                "bottom": {"kind": "skirt", "colours": ["green"], "pattern": "checked"}
            },
            "a navy sleeveless jumpsuit down to the ankle": {
                "top": {
                    "kind": "jumpsuit",
                    "colours": ["navy"],
                    "sleeves": "none",
                    "hem": "ankle",
                }
            },
        }
        for words, worn in cases.items():
            with self.subTest(words):
                self.assertEqual(outfit_in_words(worn, len(worn)), words)

    def test_speaks_chinese(self):
        with override("zh-hans"):
            words = outfit_in_words({"top": TOP, "bottom": JEANS}, 2)

        self.assertEqual(words, "橄榄绿长袖上衣，下摆到臀部；以及蓝色长裤，长到脚踝")

    def test_speaks_chinese_of_patterns(self):
        patterns = {
            "白色配藏青色条纹长袖上衣，下摆到臀部": {
                "colours": ["white", "navy"],
                "pattern": "striped",
            },
            "白色底彩色印花长袖上衣，下摆到臀部": {
                "colours": ["white", "multicoloured"]
            },
            "藏青色、红色配白色长袖上衣，下摆到臀部": {
                "colours": ["navy", "red", "white"]
            },
        }
        for words, facts in patterns.items():
            with self.subTest(words), override("zh-hans"):
                self.assertEqual(outfit_in_words({"top": TOP | facts}, 1), words)

    def test_says_nothing_rather_than_half_of_it(self):
        odd = {
            "a piece is missing": ({"top": TOP}, 2),
            "new kind": ({"top": TOP | {"kind": "cape"}}, 1),
            "new colour": ({"top": TOP | {"colours": ["olive", "ultraviolet"]}}, 1),
            "no colour": ({"top": {"kind": "top"}}, 1),
            "nothing": ({}, 1),
        }
        for name, (worn, pieces) in odd.items():
            with self.subTest(name):
                self.assertEqual(outfit_in_words(worn, pieces), "")

    def test_has_a_word_for_all_that_this_projects_engine_says(self):
        self.assertEqual(set(COLOURS), {*NAMED, MULTICOLOURED})
        measured = {name for _, name in (*MEASURED_HEMS, *LEG_HEMS)}
        self.assertLessEqual(measured, set(HEMS))
        self.assertLessEqual({name for _, name in MEASURED_SLEEVES}, set(SLEEVES))


class ColourTruthTests(SimpleTestCase):
    def test_says_in_words_how_large_a_difference_is(self):
        words = {0.4: "Colour true to", 3.0: "Colour close to", 6.1: "looks different"}
        for difference, expected in words.items():
            with self.subTest(difference):
                truth = colour_truth({"colour_difference": difference})
                self.assertIn(expected, str(truth.sentence))
                self.assertEqual(truth.is_large, difference > 5)

    def test_tells_what_the_light_does_only_where_it_is_seen(self):
        for lightness, expected in ((-9.0, "darker"), (8.0, "lighter")):
            facts = {"colour_difference": 0.4, "lightness_difference": lightness}
            self.assertIn(expected, str(colour_truth(facts).light))
        facts = {"colour_difference": 0.4, "lightness_difference": -3.0}
        self.assertEqual(colour_truth(facts).light, "")

    def test_is_not_known_where_it_was_not_measured(self):
        self.assertIsNone(colour_truth({"kind": "top"}))
