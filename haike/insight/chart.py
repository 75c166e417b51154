"""A simple chart of a pivot, drawn by the server: bars in groups, or lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from haike.days import in_english
from haike.insight.answer import ALL, Answer, Row
from haike.insight.dimension import Key, SpanDimension
from haike.kernel.escape import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 1160, 250, 56, 30, 10
MOST_PLACES, MOST_SERIES = 40, 8


@dataclass(frozen=True)
class Series:
    """One colour: its name and its values along the axis."""

    name: str
    values: list[float]
    texts: list[str]


class Chart:
    """What is drawn: the first measure, along the lines or, where only the columns are spans of time, along these."""

    def __init__(self, answer: Answer) -> None:
        question = answer.question
        self.answer, self.kind, self.measure = answer, question.chart, question.measures[0]
        rows = [row for row in answer.rows if not row.within]
        if len(rows) == 1 and question.rows and question.rows[0].is_tree:
            # Of one department that holds all others these tell more.
            rows = [row for row in answer.rows if row.depth == 1 and len(row.keys) == 1] or rows
        if not rows:
            rows = [Row((), str(_("Total")), answer.whole)]
        timed = isinstance(question.column, SpanDimension)
        self.turned = timed and not (question.rows and isinstance(question.rows[0], SpanDimension))
        columns: list[tuple[Key, str]] = [(column.key, column.text) for column in answer.columns]
        if self.turned:
            self.names = [text for __, text in columns][:MOST_PLACES]
            self.series = [self._series(row.text, [(row, key) for key, __ in columns]) for row in rows]
        else:
            rows = rows[:MOST_PLACES]
            self.names = [row.text for row in rows]
            across = columns or [(ALL, str(self.measure.label))]
            self.series = [self._series(text, [(row, key) for row in rows]) for key, text in across]
        self.left_out = max(len(self.series) - MOST_SERIES, 0)
        self.series = self.series[:MOST_SERIES]

    def _series(self, name: str, cells: list[tuple[Row, Key]]) -> Series:
        found = [self.answer.value(row.side, key, self.measure) for row, key in cells[:MOST_PLACES]]
        return Series(name, [float(value or 0) for value in found], [self.measure.text(value) for value in found])

    @property
    def label(self) -> str:
        """What the picture shows, for those who do not see it; the table beside it says all."""
        return str(_("%(measure)s as a chart; the figures stand in the table below") % {"measure": self.measure.label})

    def svg(self) -> SafeString:
        """The picture; empty where there is nothing to draw."""
        values = [value for series in self.series for value in series.values]
        if not values or not any(values):
            return mark_safe("")
        self.high, self.low = _round(max(*values, 0.0)), -_round(-min(*values, 0.0))
        marks = self._lines() if self.kind == "lines" else self._bars()
        return mark_safe(
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.label)}">'
            f"{self._axis()}{marks}{self._names()}</svg>"
        )

    def _y(self, value: float) -> float:
        span = (self.high - self.low) or 1
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / span

    @property
    def _step(self) -> float:
        return (WIDTH - LEFT) / max(len(self.names), 1)

    def _axis(self) -> str:
        found = []
        for part in range(5):
            value = self.low + (self.high - self.low) * part / 4
            y = self._y(value)
            found.append(
                f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="scale" x="{LEFT - 8}" y="{y + 4:.1f}">{escape(_short(value))}</text>'
            )
        return "".join(found)

    def _names(self) -> str:
        # Where they are many only some are named, so that none lies over another.
        most = max(max((_width(name) for name in self.names), default=1), 1)
        every = max(1, -(-int(most * 7 + 12) // max(int(self._step), 1)))
        room, y = self._step * every, HEIGHT - BOTTOM + 20
        return "".join(
            f'<text class="name" x="{LEFT + self._step * (place + 0.5):.1f}" y="{y}">{escape(_cut(name, room))}</text>'
            for place, name in enumerate(self.names)
            if place % every == 0
        )

    def _bars(self) -> str:
        found, zero = [], self._y(0)
        width = max(self._step * 0.72 / len(self.series), 1)
        width = min(width, 56)
        for at, series in enumerate(self.series):
            for place, value in enumerate(series.values):
                if not value:
                    continue
                x = LEFT + self._step * (place + 0.5) + (at - len(self.series) / 2) * width
                y = self._y(value)
                found.append(
                    f'<rect class="series-{at}" x="{x:.1f}" y="{min(y, zero):.1f}" width="{max(width - 1, 1):.1f}" '
                    f'height="{max(abs(zero - y), 1):.1f}">{self._tip(series, place)}</rect>'
                )
        return "".join(found)

    def _lines(self) -> str:
        found = []
        for at, series in enumerate(self.series):
            points = [(LEFT + self._step * (place + 0.5), self._y(value)) for place, value in enumerate(series.values)]
            way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            found.append(f'<polyline class="series-{at}" points="{way}"/>')
            found += [
                f'<circle class="series-{at}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{self._tip(series, place)}</circle>'
                for place, (x, y) in enumerate(points)
            ]
        return "".join(found)

    def _tip(self, series: Series, place: int) -> str:
        before = f"{series.name} · " if len(self.series) > 1 else ""
        return f"<title>{escape(f'{before}{self.names[place]}: {series.texts[place]}')}</title>"

    def legend(self) -> list[tuple[int, str]]:
        """The colours and what they stand for, where there are several."""
        return [(at, series.name) for at, series in enumerate(self.series)] if len(self.series) > 1 else []


def _width(text: str) -> float:
    """How many Latin letters wide."""
    return sum(1 if char.isascii() else 1.9 for char in text)


def _cut(name: str, room: float) -> str:
    """A name in so many pixels."""
    return name if _width(name) * 7 < room else f"{name[: max(int(room // 13), 2)]}…"


def _round(value: float) -> float:
    """A round number that is not smaller."""
    if value <= 0:
        return 0.0
    if value <= 20:
        return 4.0 * -(-value // 4)  # whole numbers on the scale
    size = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 1.0
    return next(step * size for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * size >= value)


def _short(value: float) -> str:
    """A number on the scale, in units where it is large."""
    units = ((1e9, "B"), (1e6, "M"), (1e3, "K")) if in_english() else ((1e8, "亿"), (1e4, "万"))
    for size, word in units:
        if abs(value) >= size:
            return f"{value / size:,.4g}{word}"
    return f"{value:,.4g}"


def chart_of(answer: Answer) -> Chart | None:
    """The chart that was asked for, if any."""
    return Chart(answer) if answer.question.chart and answer.sides else None
