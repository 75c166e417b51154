"""The lines of a document as one field: rows of a table that are read and written with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.catalog.fields import quantity_text
from haike.catalog.lines.record import PENDING, READ, DocumentLine
from haike.catalog.lines.typed import NUMBERS, lines_of, rows_of
from haike.catalog.lines.widget import lines_widget
from haike.kernel.currency import money_text
from haike.kernel.escape import escape
from haike.kernel.look import Look, shows
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw
from haike.kernel.look.reference import ReferenceLook
from haike.kernel.policy import Actor
from haike.refused import Refused

SHOWN_IN_LOG = 20


class _Held:
    """`document.lines`: what was set and is not written yet, else the rows of the table, read once."""

    def __init__(self, field: Lines) -> None:
        self.field = field

    def __get__(self, record: Any, owner: Any = None) -> Any:
        if record is None:
            return self.field
        held = record.__dict__
        if PENDING in held:
            return held[PENDING]
        if READ not in held:
            stored = record.pk and not record._state.adding
            held[READ] = read_lines(self.field, [record]).get(record.pk, []) if stored else []
        return held[READ]

    def __set__(self, record: Any, value: Iterable[DocumentLine]) -> None:
        record.__dict__[PENDING] = list(value)


class Lines(models.Field[Any, Any]):
    """The lines of a document, rows of `model`, which points to the document by a foreign key `document`.

    `into` names the field that holds what they come to, where the document has one and not sums of its own.
    """

    empty_strings_allowed = False
    priced = True
    """Whether the rows have prices, and the rules of prices hold for them."""

    def __init__(self, model: str, verbose_name: Any = None, *, into: str = "", **options: Any) -> None:
        self.line_model_name, self.into = model, into
        super().__init__(verbose_name, **{"blank": True, "default": list, **options})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.line_model_name, *args], kwargs

    def get_attname_column(self) -> Any:
        return self.name, None

    def db_type(self, connection: Any) -> None:
        return None

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        setattr(cls, name, _Held(self))

    def clean(self, value: Any, model_instance: Any) -> Any:
        return value

    @property
    def line_model(self) -> Any:
        """The model of the rows."""
        return apps.get_model(self.line_model_name)


def lines_field(model: Any) -> Lines | None:
    """The field of the lines of a model of priced documents, or None."""
    return next((field for field in model._meta.fields if isinstance(field, Lines) and field.priced), None)


def read_lines(field: Lines, records: Sequence[Any]) -> dict[int, list[DocumentLine]]:
    """The rows of documents by their keys, in order, by one query."""
    found: dict[int, list[DocumentLine]] = {}
    rows = field.line_model.objects.filter(document__in=[record.pk for record in records])
    for line in rows.order_by("document", "position"):
        found.setdefault(line.document_id, []).append(line)
    return found


def line_data(line: DocumentLine) -> dict[str, Any]:
    """A line for API and change log: what somebody said of it, not what follows."""
    return {
        "key": line.key,
        "product": line.product_id,
        "name": line.name,
        "unit": line.unit,
        **{name: f"{getattr(line, name).normalize():f}" for name in NUMBERS},
        "gift": line.gift,
        "remark": line.remark,
        "fixed": line.fixed,
    }


def line_text(data: dict[str, Any]) -> str:
    """A line of the change log in words."""
    said = f"{data['name']} × {data['quantity']}{data['unit']} @ {data['price']} = {data['amount']}"
    return f"{said} ({_('Gift')})" if data["gift"] else said


@shows(Lines)
class LinesLook(Look):
    """Lines: the editor in forms, their number in lists, line by line in the log."""

    kind = "lines"
    wide = True
    operators = {"one_of": _("with one of"), "none_of": _("with none of"), **EMPTY_OPERATORS}
    example = '[{"name":"安装调试","quantity":"2","price":"380","amount":"760","fixed":"price"}]'

    def fetch(self, records: Sequence[Any], user: Actor) -> None:
        found = read_lines(self.field, records)  # type: ignore[arg-type]
        for record in records:
            record.__dict__[READ] = found.get(record.pk, [])

    def blank(self, value: Any) -> bool:
        return not value

    def text(self, value: Any) -> str:
        if not value:
            return ""
        count = ngettext("%(count)s line", "%(count)s lines", len(value)) % {"count": len(value)}
        return f"{value[0].name} {quantity_text(value[0].quantity)}{value[0].unit}" if len(value) == 1 else count

    def cell(self, value: Any) -> str:
        text = self.text(value)
        return escape(text) if text else NOTHING

    def raw(self, value: Any) -> Raw:
        return [orjson.dumps(self.to_json(value)).decode()]

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        into = self.field.into  # type: ignore[union-attr]
        return lines_widget(name, rows_of(raw), self.label, invalid=invalid, into=into)

    def parse(self, raw: Raw, by: Actor) -> Any:
        return lines_of(self.field.line_model, rows_of(raw))  # type: ignore[union-attr]

    def to_json(self, value: Any) -> Any:
        return [line_data(line) for line in value or []]

    def from_json(self, value: Any, by: Actor) -> Any:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise Refused(_("A list of lines is expected."))
        return lines_of(self.field.line_model, value)  # type: ignore[union-attr]

    def from_stored(self, value: Any) -> Any:
        return lines_of(self.field.line_model, value)  # type: ignore[union-attr]

    def from_sheet(self, value: Any, by: Actor) -> Any:
        return self.parse("" if value is None else str(value), by)

    def to_sheet(self, value: Any) -> Any:
        return orjson.dumps(self.to_json(value)).decode() if value else None

    def schema(self) -> dict[str, Any]:
        number = {"type": ["string", "number"]}
        kinds = {
            "key": {"type": ["integer", "null"]},
            "product": {"type": ["integer", "null"]},
            **{name: {"type": "string"} for name in ("name", "unit", "remark")},
            **dict.fromkeys(NUMBERS, number),
            "gift": {"type": "boolean"},
            "fixed": {"type": "string", "enum": ["discount", "price", "amount"]},
        }
        return {"type": "array", "items": {"type": "object", "properties": kinds}}

    def _products(self) -> ReferenceLook:
        """The products in the lines, as one filters by them."""
        field = self.field.line_model._meta.get_field("product")  # type: ignore[union-attr]
        return ReferenceLook("product", self.label, field=field)

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator == "empty":
            return self.is_blank()
        rows = self.field.line_model.objects.order_by()  # type: ignore[union-attr]
        if operator != "filled":
            rows = rows.filter(self._products().condition("one_of", value, by))
        found = Q(pk__in=rows.values("document"))
        return ~found if operator == "none_of" else found

    def is_blank(self) -> Q:
        return ~Q(pk__in=self.field.line_model.objects.order_by().values("document"))  # type: ignore[union-attr]

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        return self._products().filter_widget(name, operator, value)

    def say_value(self, value: Any) -> str:
        return self._products().say_value(value)

    def from_log(self, value: Any) -> str:
        said = [line_text(data) for data in (value or [])[:SHOWN_IN_LOG]]
        further = len(value or []) - len(said)
        if further > 0:
            said.append(str(ngettext("and %(count)s more", "and %(count)s more", further) % {"count": further}))
        return "; ".join(said)


def money_of(line: DocumentLine, name: str, currency: str) -> str:
    """An amount of a line as people read it."""
    return money_text(getattr(line, name), currency)
