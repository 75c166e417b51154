"""Rows of records as a table: what lists, related records and search results have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db.models import ForeignKey
from django.utils.safestring import SafeString, mark_safe

from haike.kernel.entity import Button, Entity
from haike.kernel.escape import escape
from haike.kernel.look import Look
from haike.screens.module import modules_off, plugged, reachable


def inside(word: Any) -> str:
    """A word as it stands inside a sentence: English writes it small there, unless it is an abbreviation."""
    text = str(word)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@dataclass(frozen=True)
class EntityWords:
    """What templates say of an entity."""

    slug: str
    label: Any
    label_plural: Any
    icon: str

    @classmethod
    def of(cls, entity: Entity) -> EntityWords:
        """From its declaration."""
        return cls(entity.slug, entity.name, entity.label_plural, entity.icon)


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    name: str
    label: Any
    align: str
    sort_url: str | None
    sorted: str
    edit: str = ""
    """How its cells are changed where they stand: "field", "transfer", or not at all."""


@dataclass(slots=True)
class Row:
    """One row; `cells` are HTML in the order of the columns."""

    id: int
    url: str
    title: str
    cells: Sequence[str]
    deleted: bool = False
    actions: list[Button] = field(default_factory=list)
    marks: str = ""


def looks_text(look: Look, value: Any) -> str:
    """A total under its column, empty for columns without one."""
    return look.text(value) if value is not None and look.align == "right" else ""


FOLDED = 1000
"""A text of more characters is folded on the page of its record."""


def fact_of(look: Look, value: Any) -> SafeString:
    """A value as the page of its record shows it: of a long text not only the beginning, and in its lines."""
    html = look.cell(value)
    if look.kind == "longtext" and not look.blank(value):
        text = escape(value)
        whole = f'<div class="whole-text">{text}</div>'
        html = whole if len(value) <= FOLDED else f"<details><summary>{html}</summary>{whole}</details>"
    return mark_safe(html)


def cell_of(entity: Entity, user: Any, name: str, look: Look, record: Any) -> SafeString:
    """One cell with the user's right to the field; a masked value can be revealed by a click that is logged."""
    value = look.get(record)
    if entity.policy.right_to(user, name, record) != "masked" or look.blank(value):
        return mark_safe(look.cell(value))
    return _masked(entity, name, look, value, record, by_click=entity.right(user, name) == "masked")


def _masked(entity: Entity, name: str, look: Look, value: Any, record: Any, *, by_click: bool) -> SafeString:
    if not by_click:
        return mark_safe(look.masked(value))
    url = f"/{entity.slug}/{record.pk}/reveal/{name}"
    return mark_safe(
        f'<button type="button" class="link reveal" hx-post="{url}" hx-swap="outerHTML">{look.masked(value)}</button>'
    )


def _plain(look: Look) -> bool:
    return type(look).get is Look.get and "__" not in look.path


def values_of(look: Look, records: Sequence[Any]) -> list[Any]:
    """The values of a column; what several records refer to is taken from one of those that name it."""
    if not _plain(look):
        return list(map(look.get, records))
    get = attrgetter(look.path)
    if not isinstance(look.field, ForeignKey):
        return list(map(get, records))
    keys = list(map(attrgetter(look.field.attname), records))
    found = {key: get(record) for key, record in dict(zip(keys, records, strict=True)).items()}
    return [found[key] for key in keys]


def _column(look: Look, records: Sequence[Any]) -> tuple[list[Any], Sequence[str]]:
    """The values of a column and its cells."""
    values, link = values_of(look, records), look.field
    if isinstance(link, ForeignKey) and _plain(look) and getattr(link.remote_field.model, "held", False):
        # A few people own all the rows.
        keys = list(map(attrgetter(link.attname), records))
        made = {key: look.cell(person) for key, person in dict(zip(keys, values, strict=True)).items()}
        return values, [made[key] for key in keys]
    return values, look.cells(values)


def cells_of(entity: Entity, user: Any, records: Sequence[Any], looks: Mapping[str, Look]) -> Sequence[Sequence[str]]:
    """The cells of each record in the order of `looks`, as `cell_of` gives them; none of these fields is hidden."""
    # Column by column: a page has some five hundred cells, and what a column's cells share is worked out once.
    columns: list[Sequence[str]] = []
    veils = entity.policy.veils(user)
    veiled = any(record.owner_id in veils for record in records) if veils else False
    for name, look in looks.items():
        (values, cells), right = _column(look, records), entity.right(user, name)
        if right == "masked" or (veiled and look.personal and right != "hidden"):
            cells = [
                _masked(entity, name, look, value, record, by_click=right == "masked")
                if (right == "masked" or record.owner_id in veils) and not look.blank(value)
                else cell
                for cell, value, record in zip(cells, values, records, strict=True)
            ]
        columns.append(cells)
    return list(zip(*columns, strict=True)) if columns else [()] * len(records)


def table_rows(entity: Entity, user: Any, records: Sequence[Any], looks: Mapping[str, Look]) -> list[Row]:
    """Records as rows of a table."""
    marks, buttons, all_on = row_marks(entity, user, records), entity.row_buttons(user), not modules_off()
    return [
        Row(
            record.pk,
            entity.url_of(record),
            escape(record),
            cells,
            record.deleted_at is not None,
            buttons(record) if all_on else reachable(buttons(record), attrgetter("url")),
            marks.get(record.pk, ""),
        )
        for record, cells in zip(records, cells_of(entity, user, records, looks), strict=True)
    ]


def row_marks(entity: Entity, user: Any, records: Sequence[Any]) -> dict[int, str]:
    """What rooms put beside the names: tags, a star …"""
    found: dict[int, str] = {}
    for source in plugged(entity.mark_sources) if records else ():
        for pk, html in source(entity, user, records).items():
            found[pk] = found.get(pk, "") + html
    return found
