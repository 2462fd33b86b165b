"""Small bar charts, drawn by the server: numbers by day, ready for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 100
STEP = 10  # width of a day
GAP = 2


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    day: date
    value: float


@dataclass(frozen=True)
class BarChart:
    """Bars from left to right. The highest reaches the top; of 0, none is drawn."""

    bars: list[Bar]
    width: int
    most: float
    total: float

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {HEIGHT}"

    @property
    def drawn(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.value]


def bar_chart(
    days: Sequence[date], values: Sequence[float], most: float = 0
) -> BarChart:
    """A bar for each day; `most` is the value at the top, by default the largest."""
    most = most or max(values, default=0)
    bars = []
    for index, (day, value) in enumerate(zip(days, values, strict=True)):
        height = round(HEIGHT * value / most, 1) if most else 0.0
        x, width = index * STEP + GAP / 2, STEP - GAP
        bars.append(Bar(x, round(HEIGHT - height, 1), width, height, day, value))
    return BarChart(bars, len(bars) * STEP, most, sum(values))
