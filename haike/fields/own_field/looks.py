"""How own fields look: each the look of a built-in kind, with its value in the record's JSON column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q

from haike.fields.own_field.record import OwnField
from haike.kernel.fields import Email, LongText, Money, Phone, Pick, Picks, Url
from haike.kernel.look import (
    DateLook,
    EmailLook,
    LongTextLook,
    Look,
    MomentLook,
    MoneyLook,
    NumberLook,
    PersonLook,
    PhoneLook,
    PickLook,
    PicksLook,
    ReferenceLook,
    TextLook,
    UrlLook,
    YesNoLook,
)
from haike.kernel.period import start_of, today

NEGATIVE = frozenset({"lacks", "not", "none_of", "outside"})
"""Comparisons that also hold for a record without a value, as they do for columns."""

DIGITS = 15
LONGEST = 500


class OwnLook(Look):
    """What all own fields share: where the value lies. Stands before the look of the kind among the bases."""

    compares: ClassVar[str] = "text"
    """The kind of column that queries see, of `find.custom`."""

    def __init__(self, own: OwnField) -> None:
        field = self.model_field(own)
        field.set_attributes_from_name(own.key)
        super().__init__(own.key, own.word, field=field)
        self.own = own
        self.help = own.help_text
        self.when = own.fact("when")
        self.required = own.required
        self.unique = own.unique
        self.searched = own.searched
        self.editable = True

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        """A model field that tells the look of the kind its limits."""
        return models.TextField(null=True, blank=True)

    @property
    def column(self) -> str:
        before, mark, key = self.path.rpartition("__")
        return f"{before}{mark}custom__{self.compares}_{key}"

    def get(self, record: Any) -> Any:
        stored = self.stored(record)
        return None if stored is None else self.load(stored)

    def stored(self, record: Any) -> Any:
        before, __, key = self.path.rpartition("__")
        for step in before.split("__") if before else ():
            if record is None:
                return None
            record = getattr(record, step)
        return None if record is None else record.custom.get(key)

    def from_stored(self, value: Any) -> Any:
        return None if self.blank(value) else self.load(value)

    def put(self, record: Any, value: Any) -> None:
        if self.blank(value):
            record.custom.pop(self.name, None)
        else:
            record.custom[self.name] = self.dump(value)

    def load(self, stored: Any) -> Any:
        """A value from its JSON."""
        return stored

    def dump(self, value: Any) -> Any:
        """A value as JSON."""
        return value

    def empty_value(self) -> Any:
        # What is asked for only under a condition is checked when the whole record is known.
        if self.required and self.when is None:
            super().empty_value()
        return None

    def is_blank(self) -> Q:
        return Q(**{f"{self.column}__isnull": True})

    def condition(self, operator: str, value: Any, by: Any) -> Q:
        found = super().condition(operator, value, by)
        return found | self.is_blank() if operator in NEGATIVE else found


class OwnText(OwnLook, TextLook):
    """One line."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return models.CharField(max_length=int(own.fact("length") or LONGEST), null=True, blank=True)


class OwnLongText(OwnLook, LongTextLook):
    """Several lines."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return LongText(null=True)


class OwnPhone(OwnLook, PhoneLook):
    """A telephone number."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Phone(null=True)


class OwnEmail(OwnLook, EmailLook):
    """An e-mail address."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Email(null=True)


class OwnUrl(OwnLook, UrlLook):
    """The address of a page."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Url(null=True)


class OwnNumber(OwnLook, NumberLook):
    """A number with as many places as the field says; kept as text, so that it stays exact."""

    compares = "number"

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        places = int(own.fact("places") or 0)
        return models.DecimalField(max_digits=DIGITS, decimal_places=places, null=True, blank=True)

    def load(self, stored: Any) -> Any:
        return Decimal(stored)

    def dump(self, value: Any) -> Any:
        return f"{round(Decimal(value), self.places):f}"

    def to_json(self, value: Any) -> Any:
        if value is None:
            return None
        number = Decimal(value)
        return int(number) if not self.places and number == int(number) else f"{number:f}"


class OwnMoney(OwnNumber, MoneyLook):
    """An amount."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Money(default=None, null=True, blank=True)


class OwnYesNo(OwnLook, YesNoLook):
    """Yes or no; no where nothing is said."""

    compares = "flag"

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return models.BooleanField(default=False)

    def blank(self, value: Any) -> bool:
        return not value

    def from_json(self, value: Any, by: Any) -> Any:
        return False if value is None else super().from_json(value, by)


class OwnDate(OwnLook, DateLook):
    """A day."""

    compares = "day"

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return models.DateField(null=True, blank=True)

    def load(self, stored: Any) -> Any:
        return date.fromisoformat(stored)

    def dump(self, value: Any) -> Any:
        return value.isoformat()

    def to_json(self, value: Any) -> Any:
        return value if isinstance(value, str) else super().to_json(value)

    def bound(self, day: date) -> Any:
        return day.isoformat()


class OwnMoment(OwnLook, MomentLook):
    """A moment, kept in UTC to the second, so that its text sorts as time does."""

    compares = "day"

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return models.DateTimeField(null=True, blank=True)

    def load(self, stored: Any) -> Any:
        return datetime.fromisoformat(stored)

    def dump(self, value: Any) -> Any:
        return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

    def to_json(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.dump(value)

    def bound(self, day: date) -> Any:
        return self.dump(start_of(day))


class _Listed(OwnLook, PickLook):
    """What one and several choices share; `words` stand in for the options while the field is being designed."""

    words: dict[str, str] | None = None

    def options(self, *, new: bool = False) -> dict[str, str]:
        return super().options(new=new) if self.words is None else dict(self.words)


class OwnChoice(_Listed, PickLook):
    """One entry of a pick-list."""

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Pick(own.dictionary, null=True, blank=True)


class OwnChoices(_Listed, PicksLook):
    """Several entries of a pick-list."""

    compares = "list"

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return Picks(own.dictionary, null=True)

    def parse(self, raw: Any, by: Any) -> Any:
        found = list(dict.fromkeys(super().parse(raw, by)))
        return found or (self.empty_value() or [])

    def to_json(self, value: Any) -> Any:
        return value or []

    def from_json(self, value: Any, by: Any) -> Any:
        return super().from_json(value or [], by)


class _Link(OwnLook, ReferenceLook):
    """A link, kept as the key of the other record; deleted for good, it leads nowhere and shows nothing."""

    compares = "key"

    def __init__(self, own: OwnField) -> None:
        super().__init__(own)
        self.target = apps.get_model(self.target_label(own))

    def target_label(self, own: OwnField) -> str:
        """The model linked to."""
        return str(own.fact("target"))

    def model_field(self, own: OwnField) -> models.Field[Any, Any]:
        return models.BigIntegerField(null=True, blank=True)

    def dump(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def from_stored(self, value: Any) -> Any:
        return value  # the key, whether the other record is still there or not

    def get(self, record: Any) -> Any:
        key = self.stored(record)
        if key is None:
            return None
        held = record.__dict__.setdefault("_own_links", {})
        if (self.path, key) not in held:
            held[self.path, key] = self.target._base_manager.filter(pk=key).first()
        return held[self.path, key]

    def fetch(self, records: Sequence[Any], user: Any) -> None:
        rows = list(records)
        found = self.target._base_manager.in_bulk({key for row in rows if (key := self.stored(row)) is not None})
        for row in rows:
            if (key := self.stored(row)) is not None:
                row.__dict__.setdefault("_own_links", {})[self.path, key] = found.get(key)


class OwnReference(_Link):
    """A link to a record of another entity."""


class OwnPerson(_Link, PersonLook):
    """A colleague."""

    def target_label(self, own: OwnField) -> str:
        return settings.AUTH_USER_MODEL


class OwnDepartment(_Link):
    """A department."""

    def target_label(self, own: OwnField) -> str:
        return settings.HAIKE_DEPARTMENT_MODEL

    def choosable(self, by: Any) -> Any:
        # The names of departments are no secret inside a company.
        return self.target.objects.live()


def default_value(own: OwnField) -> Any:
    """The JSON that a fresh record has under this field; None for nothing."""
    chosen = own.fact("default")
    return today().isoformat() if own.kind == "date" and chosen == "today" else chosen
