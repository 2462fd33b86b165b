"""Names and descriptions that are kept in English and in Chinese."""

from django.utils import translation


class Bilingual:
    """For rows with `name`, `name_zh`, `description` and `description_zh`.

    Pages show the reader's language, and English where there is no Chinese text.
    """

    @property
    def display_name(self) -> str:
        return self._in_language("name")

    @property
    def display_description(self) -> str:
        return self._in_language("description")

    def _in_language(self, field: str) -> str:
        is_chinese = (translation.get_language() or "").startswith("zh")
        chinese = getattr(self, f"{field}_zh") if is_chinese else ""
        return chinese or getattr(self, field)
