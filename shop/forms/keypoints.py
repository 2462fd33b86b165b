"""Key points as numbers: what stands behind the points that are dragged."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ..keypoints import KeyPoint, key_points_of
from ..models import Garment


class KeypointsForm(forms.Form):
    """Two fields for each key point that was found, in pixels of the flat."""

    def __init__(self, garment: Garment, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = key_points_of(garment)
        sides = {"x": garment.flat_width or 0, "y": garment.flat_height or 0}
        for point in self.points:
            for axis, most in sides.items():
                self.fields[f"{point.name}_{axis}"] = _coordinate(point, axis, most)

    def rows(self) -> Iterator[tuple[KeyPoint, BoundField, BoundField]]:
        for point in self.points:
            yield point, self[f"{point.name}_x"], self[f"{point.name}_y"]

    def wanted(self) -> dict[str, tuple[float, float]]:
        """Where each point shall be; the form must be valid."""
        data = self.cleaned_data
        return {
            point.name: (data[f"{point.name}_x"], data[f"{point.name}_y"])
            for point in self.points
        }


def _coordinate(point: KeyPoint, axis: str, most: int) -> forms.FloatField:
    directions = {"x": _("%(point)s, from the left"), "y": _("%(point)s, from the top")}
    return forms.FloatField(
        label=directions[axis] % {"point": point.label},
        min_value=0,
        max_value=most,
        initial=round(getattr(point, axis), 1),
        widget=forms.NumberInput(
            {
                "step": "any",
                "inputmode": "decimal",
                "aria-label": directions[axis] % {"point": point.label},
            }
        ),
    )
