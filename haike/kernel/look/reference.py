"""Looks of links to other records: one, a person, many."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.escape import escape
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Look, Raw, many, one, shows
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import clean_text


@shows(models.ForeignKey)
class ReferenceLook(Look):
    """A link to a record of another entity; only records that the writer sees can be chosen."""

    kind = "reference"
    operators = {"one_of": _("is one of"), "none_of": _("is none of"), **EMPTY_OPERATORS}

    def __init__(self, name: str, label: Any, *, field: Any = None) -> None:
        super().__init__(name, label, field=field)
        self.target: Any = field.related_model

    @property
    def entity(self) -> Any:
        """The entity linked to, or None for a plain model."""
        return getattr(self.target, "_haike_entity", None)

    @property
    def column(self) -> str:
        return f"{self.path}_id"

    def stored(self, record: Any) -> Any:
        return getattr(record, f"{self.name}_id") if "__" not in self.path else self.get(record)

    def url(self, pk: int) -> str:
        """The page of the record linked to."""
        return f"/{self.entity.slug}/{pk}/" if self.entity else ""

    def text(self, value: Any) -> str:
        return str(value) if value is not None else ""

    def cell(self, value: Any) -> str:
        if value is None:
            return NOTHING
        if self.entity is None:
            return escape(str(value))
        return f'<a href="{self.url(value.pk)}">{escape(str(value))}</a>'

    def raw(self, value: Any) -> Raw:
        return "" if value is None else str(getattr(value, "pk", value))

    def chosen(self, raw: Raw) -> dict[str, str]:
        """Keys and titles of what a form holds."""
        keys = [key for key in map(whole, many(raw)) if key is not None]
        rows = self.target.objects.filter(pk__in=keys) if keys else []
        return {str(row.pk): str(row) for row in rows}

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        items = "".join(
            f'<option value="{key}" selected>{escape(title)}</option>' for key, title in self.chosen(raw).items()
        )
        picker = f' data-island="picker" data-picker-url="{self.picker_url()}"'
        empty = "" if self.multiple else '<option value=""></option>'
        several = " multiple" if self.multiple else ""
        return mark_safe(
            f'<select class="form-select"{several}{picker} {self.attributes(name, invalid=invalid)}>'
            f"{empty}{items}</select>"
        )

    def picker_url(self) -> str:
        """Where the widget looks for records as one types."""
        return reverse("kernel:pick", args=[self.entity.slug]) if self.entity else ""

    def choosable(self, by: Actor) -> Any:
        """The records that may be chosen."""
        return self.target.objects.visible_to(by) if self.entity else self.target.objects.all()

    def pick_one(self, text: str, by: Actor) -> Any:
        """A record by key, or by its exact title in sheets and API."""
        rows = self.choosable(by)
        found = None
        if (key := whole(text)) is not None:
            found = rows.filter(pk=key).first()
        if found is None and self.entity is not None:
            matches = list(rows.filter(self.entity.named(text))[:2])
            if len(matches) > 1:
                raise Refused(_("There are several “%(text)s”; use the number instead.") % {"text": text[:40]})
            found = matches[0] if matches else None
        if found is None:
            raise Refused(
                _("There is no %(entity)s “%(text)s” that you can see.")
                % {"entity": self.target._meta.verbose_name, "text": text[:40]}
            )
        return found

    def parse(self, raw: Raw, by: Actor) -> Any:
        text = clean_text(one(raw))
        return self.pick_one(text, by) if text else self.empty_value()

    def empty_value(self) -> Any:
        super().empty_value()
        return None

    def to_json(self, value: Any) -> Any:
        return getattr(value, "pk", value)

    def from_json(self, value: Any, by: Actor) -> Any:
        if value is None:
            return self.empty_value()
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Refused(_("The key of a record is expected."))
        return self.parse(str(value), by)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"]}

    def from_log(self, value: Any) -> str:
        if value is None:
            return ""
        found = self.target._base_manager.filter(pk=value).first()
        return str(found) if found else f"#{value}"

    def textual(self) -> bool:
        return False

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return super().condition(operator, value, by)
        given = [by.pk if key == "me" else whole(key) for key in many(value)]
        keys = [key for key in given if key is not None]
        if not keys:
            raise Refused(_("Choose a value for: %(label)s.") % {"label": self.label})
        self.demand_seen(keys, by)
        found = Q(**{f"{self.column}__in": keys})
        return found if operator == "one_of" else ~found

    def demand_seen(self, keys: list[int], by: Actor) -> None:
        """Refuse keys of records that the user does not see: the words of the filter would tell their titles."""
        if self.target._meta.label in (settings.AUTH_USER_MODEL, settings.HAIKE_DEPARTMENT_MODEL):
            return  # names of colleagues and departments are no secret inside a company
        if self.choosable(by).filter(pk__in=keys).count() < len(set(keys)):
            raise Refused(
                _("There is no %(entity)s “%(text)s” that you can see.")
                % {"entity": self.target._meta.verbose_name, "text": ", ".join(map(str, keys))[:40]}
            )

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        items = "".join(
            f'<option value="{key}" selected>{escape(title)}</option>' for key, title in self.titles(value).items()
        )
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" data-picker-url="{self.picker_url()}" '
            f'name="{escape(name)}" '
            f'aria-label="{escape(self.label)}">{items}</select>'
        )

    def titles(self, value: Any) -> dict[str, str]:
        """Keys and titles of a filter's value."""
        own = {"me": str(_("me"))} if "me" in many(value) else {}
        return {**own, **self.chosen(many(value))}

    def say_value(self, value: Any) -> str:
        return ", ".join(self.titles(value).values())


class PersonLook(ReferenceLook):
    """A link to a user, with his picture or first letter."""

    kind = "person"

    def cell(self, value: Any) -> str:
        if value is None:
            return NOTHING
        name = escape(str(value))
        return f'<span class="person"><span class="avatar">{name[-1:]}</span>{name}</span>'

    def choosable(self, by: Actor) -> Any:
        # Everybody in the company can be named; whether he may become the owner is the transfer right's matter.
        return self.target.objects.live().filter(is_active=True)


def person_or_reference(name: str, label: Any, *, field: Any) -> ReferenceLook:
    """PersonLook for links to users, ReferenceLook for all others."""
    is_person = field.related_model._meta.label == settings.AUTH_USER_MODEL
    return (PersonLook if is_person else ReferenceLook)(name, label, field=field)


@shows(models.ManyToManyField)
class ManyLook(ReferenceLook):
    """Links to several records."""

    kind = "references"
    multiple = True

    @property
    def column(self) -> str:
        return self.path

    def get(self, record: Any) -> Any:
        return list(getattr(record, self.name).all()) if record.pk else []

    def stored(self, record: Any) -> Any:
        return self.get(record)

    def text(self, value: Any) -> str:
        return ", ".join(str(item) for item in value or [])

    def cell(self, value: Any) -> str:
        return ", ".join(ReferenceLook.cell(self, item) for item in value) if value else NOTHING

    def raw(self, value: Any) -> Raw:
        return [str(getattr(item, "pk", item)) for item in value or []]

    def parse(self, raw: Raw, by: Actor) -> Any:
        texts = raw if isinstance(raw, list) else str(raw).replace("，", ",").replace("、", ",").split(",")
        found = [self.pick_one(text, by) for text in (clean_text(part) for part in texts) if text]
        if not found:
            self.empty_value()
        return found

    def to_json(self, value: Any) -> Any:
        return sorted(getattr(item, "pk", item) for item in value or [])

    def from_json(self, value: Any, by: Actor) -> Any:
        if not isinstance(value, list):
            raise Refused(_("A list of keys is expected."))
        return self.parse([str(item) for item in value], by)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer"}}

    def from_log(self, value: Any) -> str:
        return ", ".join(ReferenceLook.from_log(self, item) for item in value or [])

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            return Look.condition(self, operator, value, by)
        keys = [key for key in map(whole, many(value)) if key is not None]
        self.demand_seen(keys, by)
        rows = self.field.model._base_manager.filter(**{f"{self.column}__in": keys}).values("pk")  # type: ignore[union-attr]
        return Q(pk__in=rows) if operator == "one_of" else ~Q(pk__in=rows)
