"""The kinds of notices. A room declares its own and sends them with `notify`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.policy import Actor
from haike.people.account.choices import declare_reminders

Label = str | Promise


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    `sentence` is a text with %(by)s and the facts of the notice, or a function (entity, reader, facts) that gives one
    and leaves out what the reader may not know. `tab` is the tab of the record's page to which the notice leads.
    `field` is the field that the notice is about: whoever may not read it is told nothing.
    """

    key: str
    label: Label
    sentence: Label | Callable[[Entity, Actor, Mapping[str, Any]], str]
    icon: str = "bell"
    tab: str = ""
    field: str = ""

    def say(self, entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
        """The sentence for this reader."""
        if callable(self.sentence) and not isinstance(self.sentence, Promise):
            return str(self.sentence(entity, reader, facts))
        return str(self.sentence) % facts


_kinds: dict[str, Kind] = {}


def declare_kind(kind: Kind) -> Kind:
    """Make a kind known; users choose on their account page how it reaches them."""
    if kind.key in _kinds:
        raise RuntimeError(f"notices of the kind {kind.key} are declared twice")
    _kinds[kind.key] = kind
    declare_reminders({kind.key: kind.label})
    return kind


def kinds() -> dict[str, Kind]:
    """All kinds in the order of their declaration."""
    return dict(_kinds)


def _changed(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
    names = [name for name in facts.get("fields", ()) if name in entity.looks]
    labels = [str(entity.looks[name].label) for name in names if entity.right(reader, name) != "hidden"]
    if not labels:
        return str(_("%(by)s changed it")) % facts
    return str(_("%(by)s changed: %(fields)s")) % {**facts, "fields": str(_(", ")).join(labels)}


MENTION = declare_kind(Kind("mention", _("Somebody mentions me"), _("%(by)s mentioned you"), icon="at", tab="comments"))
COMMENT = declare_kind(
    Kind(
        "comment",
        _("Comments on what I own, follow or commented on"),
        _("%(by)s commented"),
        icon="message-circle",
        tab="comments",
    )
)
GIVEN = declare_kind(Kind("given", _("A record is given to me"), _("%(by)s gave you this record"), icon="user-check"))
SHARED = declare_kind(Kind("shared", _("A record is shared with me"), _("%(by)s shared this with you"), icon="users"))
CHANGED = declare_kind(Kind("changed", _("Changes of what I follow"), _changed, icon="star"))
