"""One object per kind of field: how it is shown, typed, checked, filtered, sorted, sent and written to a sheet.

Every surface asks the Look and nobody else: list cell, form widget, import, export, API, filter, change log. A new
kind of field is one subclass, registered with `shows`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.escape import escape
from haike.refused import Refused, Sentence
from haike.sheets.values import clean_text

if TYPE_CHECKING:
    from haike.kernel.policy import Actor

Raw = str | list[str]
"""What a form sends for a field: one string, or several for a choice of many."""

EMPTY_OPERATORS = {"empty": _("is empty"), "filled": _("is not empty")}
NOTHING = mark_safe("")


class Look:
    """The look of one field of one entity; subclasses say what is particular to a kind of field."""

    kind: ClassVar[str] = "text"
    example: ClassVar[str] = ""
    """Something that `parse` understands, for kinds whose form cannot be guessed."""
    align: ClassVar[str] = "left"
    wide: ClassVar[bool] = False
    multiple: ClassVar[bool] = False
    personal: ClassVar[bool] = False
    """Whether the kind is one that a role may see masked (phone, e-mail)."""
    by_file: ClassVar[bool] = False
    """Whether the values are files, which come by a form or by an address of their own, not by sheets or bulk edits."""
    repeats: ClassVar[bool] = False
    """Whether the same few values, all hashable, come again and again in a column."""
    operators: ClassVar[Mapping[str, Sentence]] = {
        "contains": _("contains"),
        "lacks": _("does not contain"),
        "is": _("is"),
        "starts": _("starts with"),
        **EMPTY_OPERATORS,
    }

    def __init__(self, name: str, label: str | Promise, *, field: models.Field[Any, Any] | None = None) -> None:
        self.name, self.label, self.field, self.path = name, label, field, name
        # A default that is worked out is one; what it is may stand in a database that is not there yet.
        default = field.default if field is not None and field.has_default() else None
        given = field is None or callable(default) or default not in ("", None)
        self.required = bool(field is not None and not field.blank and not given)
        self.help: str | Promise = field.help_text if field is not None else ""
        self.max_length: int | None = getattr(field, "max_length", None)
        self.editable = bool(field is None or field.editable)
        self.unique = bool(field is not None and field.unique)
        self.searched = False
        """Whether search knows its values besides those that the entity names."""
        self.when: dict[str, Any] | None = None
        """Of which other field it is asked for: {"field", "values"}; None for always."""
        self.unless: tuple[str, ...] = ()
        """Other fields: while all of them are empty this one has to be filled in, which its form shows."""

    # -- reading ---------------------------------------------------------------------------------------------------

    def get(self, record: Any) -> Any:
        """The value of this field in a record, following `path` over foreign keys."""
        value = record
        for step in self.path.split("__"):
            if value is None:
                return None
            value = getattr(value, step)
        return value

    def fetch(self, records: Sequence[Any], user: Actor) -> None:
        """Read ahead, for many records at once, what `get` would ask the database for one by one."""

    def for_reader(self, user: Actor) -> Look:
        """The look as this user filters by it, where the choice depends on who asks."""
        return self

    def stored(self, record: Any) -> Any:
        """The value as the record holds it, for `to_json`: of a link its key, which costs no query."""
        return self.get(record)

    def from_stored(self, value: Any) -> Any:
        """The value of what `to_json` made of it, for `put`; nothing is checked, for the record had it before."""
        return self.field.to_python(value) if self.field is not None else value

    def put(self, record: Any, value: Any) -> None:
        """Set the value in a record that is being written."""
        setattr(record, self.name, value)

    def asked_in(self, record: Any, looks: Mapping[str, Look]) -> bool:
        """Whether the field is asked for in this record: some are only where another has a certain value."""
        if self.when is None or (other := looks.get(self.when["field"])) is None:
            return True
        value = other.stored(record)
        some = value if isinstance(value, list) else ["" if value in (None, False) else "1" if value is True else value]
        return not {str(each) for each in some}.isdisjoint(self.when["values"])

    @property
    def column(self) -> str:
        """The path by which a query reaches the values."""
        return self.path

    def blank(self, value: Any) -> bool:
        """Whether the value counts as not given."""
        return value is None or value == "" or value == []

    def text(self, value: Any) -> str:
        """For people, without markup: log, copy, CSV, search."""
        return "" if value is None else str(value)

    def spellings(self, value: Any, *, lettered: bool = True) -> list[str]:
        """What search knows of a value that is not empty; without its pinyin unless `lettered`."""
        return [self.text(value)]

    def cell(self, value: Any) -> str:
        """HTML for a list or page; already escaped."""
        text = self.text(value)
        return escape(text) if text else NOTHING

    def cells(self, values: Sequence[Any]) -> list[str]:
        """`cell` of each value in a column of a list."""
        if not self.repeats:
            return [self.cell(value) for value in values]
        made = {value: self.cell(value) for value in set(values)}
        return [made[value] for value in values]

    def masked(self, value: Any) -> str:
        """HTML that tells only that there is something."""
        return NOTHING if self.blank(value) else '<span class="masked">•••</span>'

    # -- typing ----------------------------------------------------------------------------------------------------

    def raw(self, value: Any) -> Raw:
        """The value as a form shows it."""
        return self.text(value)

    def attributes(self, name: str, *, invalid: bool = False) -> str:
        """The HTML attributes that every widget of this field carries."""
        parts = [f'name="{escape(name)}" id="id_{escape(name)}"']
        if self.required:
            parts.append('aria-required="true"')
        if self.max_length:
            parts.append(f'maxlength="{self.max_length}"')
        if invalid:
            parts.append(f'aria-invalid="true" aria-describedby="error-{escape(name)}"')
        elif self.help:
            parts.append(f'aria-describedby="help-{escape(name)}"')
        return " ".join(parts)

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        """The HTML input with what was typed so far."""
        return mark_safe(
            f'<input type="text" class="form-control" value="{escape(one(raw))}" '
            f"{self.attributes(name, invalid=invalid)}>"
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        """What was typed as a value; raises Refused with the sentence for the field."""
        text = clean_text(one(raw))
        if not text:
            return self.empty_value()
        self.check_length(text)
        return text

    def empty_value(self) -> Any:
        """The value of an empty input; Refused where one must be given."""
        if self.required:
            raise Refused(_("Please fill in: %(label)s.") % {"label": self.label})
        return None if self.field is not None and self.field.null else ""

    def check_length(self, text: str) -> None:
        """Refuse what the column cannot hold."""
        if self.max_length and len(text) > self.max_length:
            raise Refused(
                _("At most %(most)s characters, you have %(have)s.") % {"most": self.max_length, "have": len(text)}
            )

    # -- API and sheets --------------------------------------------------------------------------------------------

    def to_json(self, value: Any) -> Any:
        """For the API and the change log."""
        return value

    def from_json(self, value: Any, by: Actor) -> Any:
        """From the API; the same rules as `parse`."""
        if value is None or isinstance(value, str):
            return self.parse(value or "", by)
        raise Refused(_("Text expected."))

    def schema(self) -> dict[str, Any]:
        """JSON schema of `to_json`, for the API's description."""
        found: dict[str, Any] = {"type": ["string", "null"] if self.field is not None and self.field.null else "string"}
        return {**found, "maxLength": self.max_length} if self.max_length else found

    def from_log(self, value: Any) -> str:
        """A value of the change log for people."""
        return self.text(value)

    def to_sheet(self, value: Any) -> Any:
        """A spreadsheet cell: text, number, date or None."""
        return self.text(value) or None

    def to_sheets(self, values: Sequence[Any]) -> list[Any]:
        """`to_sheet` of each value in a column."""
        if not self.repeats:
            return [self.to_sheet(value) for value in values]
        made = {value: self.to_sheet(value) for value in set(values)}
        return [made[value] for value in values]

    def from_sheet(self, value: Any, by: Actor) -> Any:
        """From a spreadsheet cell as read by `kernel.sheets`."""
        return self.parse("" if value is None else str(value), by)

    # -- finding ---------------------------------------------------------------------------------------------------

    def order(self) -> str:
        """The column by which a list is sorted on this field."""
        return self.column

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        """One line of a filter; `value` is a string or a list of strings."""
        if operator == "empty":
            return self.is_blank()
        if operator == "filled":
            return ~self.is_blank()
        text = clean_text(one(value))
        if operator == "lacks":
            return ~Q(**{f"{self.column}__icontains": text})
        lookup = {"contains": "icontains", "is": "iexact", "starts": "istartswith"}[operator]
        return Q(**{f"{self.column}__{lookup}": text})

    def is_blank(self) -> Q:
        """Rows in which nothing is given."""
        blank = Q(**{f"{self.column}__isnull": True})
        return (
            blank
            if self.field is not None and self.field.empty_strings_allowed is False
            else (blank | Q(**{self.column: ""}) if self.textual() else blank)
        )

    def textual(self) -> bool:
        """Whether the column holds text, in which empty and absent are the same to a user."""
        return isinstance(self.field, models.CharField | models.TextField | models.FileField)

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        """The input for the value of a filter line."""
        return mark_safe(
            f'<input type="text" class="form-control" name="{escape(name)}" value="{escape(one(value))}" '
            f'aria-label="{escape(self.label)}">'
        )

    def say(self, operator: str, value: Any) -> str:
        """A filter line in words, for its chip."""
        if operator in EMPTY_OPERATORS:
            return f"{self.label} {self.operators[operator]}"
        return f"{self.label} {self.operators[operator]} {self.say_value(value)}"

    def say_value(self, value: Any) -> str:
        """The value of a filter line in words."""
        return ", ".join(value) if isinstance(value, list) else str(value)


def one(raw: Any) -> str:
    """The single string of a form value."""
    if isinstance(raw, list):
        return str(raw[-1]) if raw else ""
    return "" if raw is None else str(raw)


def many(raw: Any) -> list[str]:
    """The strings of a form value, without empty ones."""
    values = raw if isinstance(raw, list | tuple) else [raw]
    return [str(value) for value in values if value not in (None, "")]


_looks: dict[type[models.Field[Any, Any]], Callable[..., Look]] = {}


def shows(*kinds: type[models.Field[Any, Any]]) -> Callable[[type[Look]], type[Look]]:
    """Register a Look for kinds of model field."""

    def register(look: type[Look]) -> type[Look]:
        for kind in kinds:
            _looks[kind] = look
        return look

    return register


def look_for(field: models.Field[Any, Any]) -> Look:
    """The look of a model field: that of its class or the nearest ancestor."""
    if field.choices:
        return _looks[models.Choices](field.name, field.verbose_name, field=field)  # type: ignore[index]
    for kind in type(field).__mro__:
        if kind in _looks:
            return _looks[kind](field.name, field.verbose_name, field=field)
    raise TypeError(f"no Look for {type(field).__name__} ({field}); register one with @shows")
