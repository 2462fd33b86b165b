"""`.env.example` lists every setting that the code reads, and no other."""

import re

from django.conf import settings

READ = re.compile(
    r"""(?:env\.(?:text|boolean|integer|number|choice|items|amount|prices|addresses|url|origins|folder|secret)
        |_s3)\(\s*"([A-Z0-9_]+)\"""",
    re.VERBOSE,
)
LISTED = re.compile(r"^([A-Z0-9_]+)=", re.MULTILINE)


def test_env_example_lists_the_settings_that_are_read():
    source = (settings.BASE_DIR / "tryon_site" / "settings.py").read_text()
    example = (settings.BASE_DIR / ".env.example").read_text()

    assert sorted(LISTED.findall(example)) == sorted(set(READ.findall(source)))
