"""Tags as a field of every record: a column, a filter, a line of exports and of the API."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import initials
from haike.digits import whole
from haike.kernel.entity import Entity
from haike.kernel.escape import escape
from haike.kernel.look import Look
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw, many
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.talk.tag.record import TagFacts, Tagged, tags, tags_for, tags_on

AHEAD = "_haike_tags"
MARKS = 3
"""So many tags stand beside a name in a list; the others are counted."""


class TagsLook(Look):
    """The tags of a record. They are hung by acts of their own, not by forms of the record."""

    kind = "tags"
    multiple = True
    wide = True
    operators = {
        "one_of": _("is one of"),
        "all_of": _("are all of"),
        "none_of": _("is none of"),
        **EMPTY_OPERATORS,
    }

    def __init__(self, label: str) -> None:
        super().__init__("tags", _("Tags"))
        self.entity_label = label
        self.reader: Actor | None = None
        self.editable = self.required = False

    def for_reader(self, user: Actor) -> TagsLook:
        bound = copy.copy(self)
        bound.reader = user
        return bound

    @property
    def known(self) -> dict[int, TagFacts]:
        """The tags whose names may be told here: personal ones to their owner only."""
        if self.reader is not None:
            return tags_for(self.reader)
        return {pk: tag for pk, tag in tags().items() if tag.owner_id is None}

    def get(self, record: Any) -> list[TagFacts]:
        held: list[TagFacts] | None = getattr(record, AHEAD, None)
        return tags_on(self.entity_label, [record.pk], None).get(record.pk, []) if held is None else held

    def fetch(self, records: Sequence[Any], user: Actor) -> None:
        found = tags_on(self.entity_label, [record.pk for record in records], user)
        for record in records:
            setattr(record, AHEAD, found.get(record.pk, []))

    def text(self, value: Any) -> str:
        return ", ".join(tag.name for tag in value or [])

    def cell(self, value: Any) -> str:
        return " ".join(tag.chip for tag in value) if value else NOTHING

    def to_json(self, value: Any) -> Any:
        return [tag.name for tag in value or []]

    def from_log(self, value: Any) -> str:
        return ", ".join(value or [])

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def parse(self, raw: Raw, by: Actor) -> Any:
        known = tags_for(by)
        return [known[key] for key in map(whole, many(raw)) if key in known]

    def raw(self, value: Any) -> Raw:
        return [str(tag.id) for tag in value or []]

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" {self.attributes(name, invalid=invalid)}>'
            f"{self._options(many(raw))}</select>"
        )

    def _options(self, chosen: list[str]) -> str:
        return "".join(
            f'<option value="{tag.id}" data-keys="{escape(initials(tag.name))}"'
            f"{' selected' if str(tag.id) in chosen else ''}>{escape(tag.name)}</option>"
            for tag in self.known.values()
        )

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        known = tags_for(by)
        if operator in EMPTY_OPERATORS:
            any_tag = Q(pk__in=self._tagged(list(known)))
            return ~any_tag if operator == "empty" else any_tag
        keys = [key for key in map(whole, many(value)) if key in known]
        if not keys:
            raise Refused(_("Choose a tag."))
        if operator == "all_of":
            found = Q()
            for key in keys:
                found &= Q(pk__in=self._tagged([key]))
            return found
        found = Q(pk__in=self._tagged(keys))
        return found if operator == "one_of" else ~found

    def _tagged(self, keys: list[Any]) -> Any:
        return Tagged.objects.filter(entity=self.entity_label, tag__in=keys).values("record_id")

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        if operator in EMPTY_OPERATORS:
            return mark_safe("")
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" name="{escape(name)}" '
            f'aria-label="{escape(self.label)}">{self._options(many(value))}</select>'
        )

    def say_value(self, value: Any) -> str:
        return ", ".join(self.known[key].name for key in map(whole, many(value)) if key in self.known)


def marks(entity: Entity, user: Actor, records: Sequence[Any]) -> dict[int, str]:
    """The tags beside the names of a list; no query where nobody has made a tag."""
    if not tags_for(user):
        return {}
    found = tags_on(entity.label, [record.pk for record in records], user)
    return {pk: f'<span class="row-tags">{_chips(some)}</span>' for pk, some in found.items()}


def _chips(some: list[TagFacts]) -> str:
    chips = "".join(tag.chip for tag in some[:MARKS])
    if len(some) <= MARKS:
        return chips
    rest = escape(", ".join(tag.name for tag in some[MARKS:]))
    return f'{chips}<span class="tag tag-grey" title="{rest}">+{len(some) - MARKS}</span>'
