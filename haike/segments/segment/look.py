"""Groups as a field of every kind of record that has them: a filter, and a column of the static ones."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import initials
from haike.digits import whole
from haike.kernel.escape import escape
from haike.kernel.look import Look
from haike.kernel.look.base import EMPTY_OPERATORS, NOTHING, Raw, many
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.segments.segment.members import FIELD, members_q
from haike.segments.segment.record import STATIC, Member, Segment, kinds_grouped

AHEAD = "_haike_segments"


class SegmentsLook(Look):
    """The groups in which a record is, of those that the reader sees. Bulk acts put records in and take them out."""

    kind = "segments"
    multiple = True
    wide = True
    operators = {"one_of": _("is one of"), "all_of": _("are all of"), "none_of": _("is none of")}

    def __init__(self, label: str) -> None:
        super().__init__(FIELD, _("Customer groups"))
        self.entity_label = label
        self.reader: Actor | None = None
        self.editable = self.required = False

    def for_reader(self, user: Actor) -> SegmentsLook:
        bound = copy.copy(self)
        bound.reader = user
        return bound

    def known(self, user: Actor | None) -> dict[int, Segment]:
        """The groups whose names may be told to somebody."""
        if user is None:
            return {}
        rows = Segment.objects.visible_to(user).filter(entity=self.entity_label).order_by("name", "id")
        return {each.pk: each for each in rows}

    def get(self, record: Any) -> list[str]:
        found: list[str] = getattr(record, AHEAD, [])
        return found

    def fetch(self, records: Sequence[Any], user: Actor) -> None:
        grouped = self.entity_label in kinds_grouped()
        known = {pk: each for pk, each in self.known(user).items() if each.manner == STATIC} if grouped else {}
        keys = [record.pk for record in records]
        names: dict[int, list[str]] = {}
        if known:
            rows = Member.objects.filter(segment__in=list(known), record_id__in=keys, left_at=None)
            for record_id, segment in rows.order_by("id").values_list("record_id", "segment_id"):
                names.setdefault(record_id, []).append(known[segment].name)
        for record in records:
            setattr(record, AHEAD, names.get(record.pk, []))

    def text(self, value: Any) -> str:
        return ", ".join(value or [])

    def cell(self, value: Any) -> str:
        return " ".join(f'<span class="tag tag-grey">{escape(name)}</span>' for name in value) if value else NOTHING

    def to_json(self, value: Any) -> Any:
        return list(value or [])

    def from_log(self, value: Any) -> str:
        return self.text(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def parse(self, raw: Raw, by: Actor) -> Any:
        known = self.known(by)
        return [known[key].name for key in map(whole, many(raw)) if key in known]

    def raw(self, value: Any) -> Raw:
        return []

    def condition(self, operator: str, value: Any, by: Actor) -> Q:
        if operator in EMPTY_OPERATORS:
            raise Refused(_("Choose a group."))
        keys = {key for key in map(whole, many(value)) if key is not None}
        known = {pk: each for pk, each in self.known(by).items() if pk in keys}
        if not keys:
            raise Refused(_("Choose a group."))
        if len(known) < len(keys):
            raise Refused(_("This group is not there any more, or not shared with you."))
        found = Q()
        for segment in known.values():
            one = self._of(segment, by)
            found = (found & one) if operator == "all_of" else (found | one)
        return ~found if operator == "none_of" else found

    def _of(self, segment: Segment, by: Actor) -> Q:
        try:
            return members_q(segment, by)
        except Refused as no:
            facts = {"name": segment.name, "why": str(no)}
            raise Refused(_("The conditions of “%(name)s” cannot be used: %(why)s") % facts) from no

    def filter_widget(self, name: str, operator: str, value: Any) -> SafeString:
        chosen = many(value)
        items = "".join(
            f'<option value="{pk}" data-keys="{escape(initials(each.name))}"'
            f"{' selected' if str(pk) in chosen else ''}>{escape(each.name)}</option>"
            for pk, each in self.known(self.reader).items()
        )
        return mark_safe(
            f'<select class="form-select" multiple data-island="picker" name="{escape(name)}" '
            f'aria-label="{escape(self.label)}">{items}</select>'
        )

    def say_value(self, value: Any) -> str:
        known = self.known(self.reader)
        return ", ".join(known[key].name for key in map(whole, many(value)) if key in known)
