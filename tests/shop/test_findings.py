"""What the image check found, in words."""

import re
from pathlib import Path

from django.conf import settings
from django.test import TestCase

from shop import findings


class FindingsTests(TestCase):
    def test_each_code_has_a_sentence(self):
        for kind, words in (("person", findings.PERSON), ("garment", findings.GARMENT)):
            for code in words:
                sentence = findings.in_words({"code": code, "message": "?"}, kind)
                self.assertTrue(sentence.endswith("."), code)

    def test_each_code_of_this_projects_engine_is_known(self):
        sources = Path(settings.BASE_DIR, "tryon_engine", "vision").rglob("*.py")
        raised = re.compile(r'\b(?:Finding|_?block|_?warn)\(\s*"(\w+)"')
        codes = {code for path in sources for code in raised.findall(path.read_text())}

        self.assertIn("no_person", codes)
        self.assertIn("no_garment", codes)
        self.assertLessEqual(codes, {*findings.PERSON, *findings.GARMENT})

    def test_an_unknown_code_keeps_the_words_of_the_engine(self):
        finding = {"code": "wears_a_cape", "message": "A cape hides the shoulders."}

        self.assertEqual(findings.in_words(finding), "A cape hides the shoulders.")
