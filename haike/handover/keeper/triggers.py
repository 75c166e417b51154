"""On what occasions a record may pass to a keeper; rooms declare them.

A field of a pick-list is an occasion for each of its words. Rooms below declare their own, as money does the first paid
deal, and say `happened` within the transaction in which it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.bulk.undo import UNDO
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity
from haike.kernel.log import present_batch
from haike.kernel.record import Record

Label = str | Promise
SETTLES = 500
"""So many records in one job."""


@dataclass(frozen=True)
class Trigger:
    """An occasion; `field` is the pick-list whose words it tells apart, empty for an occasion that has none.

    A field without a `label` is called as in the forms.
    """

    key: str
    entity: str
    label: Label = ""
    field: str = ""

    @property
    def of(self) -> Entity:
        """The kind of record."""
        return apps.get_model(self.entity)._haike_entity

    def choices(self) -> list[tuple[str, Label]]:
        """What a rule may wait for."""
        if not self.field:
            return [(self.key, self.label)]
        look: Any = self.of.looks[self.field]
        words = words_of(look.field.dictionary)
        label, said = self.label or look.label, _("%(field)s becomes “%(word)s”")
        return [(f"{self.key}={key}", said % {"field": label, "word": word}) for key, word in words.items()]


_triggers: dict[str, Trigger] = {}
LISTENERS: list[Callable[[Entity, Sequence[int], str], None]] = []
"""Told in the transaction in which something happened to some records (keys)."""


def declare_trigger(trigger: Trigger) -> Trigger:
    """Let rules wait for an occasion."""
    _triggers[trigger.key] = trigger
    return trigger


def declare_field(entity: str, field: str) -> Trigger:
    """Let rules wait for the words of a pick-list of an entity."""
    return declare_trigger(Trigger(f"{entity}.{field}", entity, field=field))


def occasions() -> list[tuple[str, Label]]:
    """All that rules may wait for."""
    return [choice for trigger in _triggers.values() for choice in trigger.choices()]


def trigger_of(occasion: str) -> Trigger | None:
    """The trigger of an occasion, None where its room is not there any more."""
    return _triggers.get(occasion.partition("=")[0])


def still(occasion: str, record: Any) -> bool:
    """Whether what happened still holds."""
    trigger = trigger_of(occasion)
    if trigger is None or not trigger.field:
        return trigger is not None
    return bool(getattr(record, trigger.field) == occasion.partition("=")[2])


def happened(trigger: Trigger, keys: Sequence[int], word: str = "") -> None:
    """Something happened to some records; what an undo puts back has not happened."""
    batch = present_batch.get()
    if batch is not None and batch.kind == UNDO:
        return
    occasion = f"{trigger.key}={word}" if trigger.field else trigger.key
    for start in range(0, len(keys), SETTLES):
        for listen in LISTENERS:
            listen(trigger.of, keys[start : start + SETTLES], occasion)


def written(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """A follower of all writes: fields that were changed. What is made or brought in as it is has not changed."""
    for trigger in _triggers.values():
        if touched is None or trigger.entity != entity.label or trigger.field not in touched:
            continue
        words: dict[str, list[int]] = {}
        for record in records:
            words.setdefault(getattr(record, trigger.field), []).append(record.pk)
        for word, keys in words.items():
            happened(trigger, keys, word)
