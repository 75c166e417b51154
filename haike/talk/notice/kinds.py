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
    `place` is for what is no record of an entity: its page, as "/settings/webhooks/%(record)s/"; the facts hold its
    `title`, and `thing` is the word for it. What must always reach its reader on the page is not `chosen`.
    """

    key: str
    label: Label
    sentence: Label | Callable[[Entity, Actor, Mapping[str, Any]], str]
    icon: str = "bell"
    tab: str = ""
    field: str = ""
    place: str = ""
    thing: Label = ""
    chosen: bool = True

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
    if kind.chosen:
        declare_reminders({kind.key: kind.label})
    return kind


def kinds() -> dict[str, Kind]:
    """All kinds in the order of their declaration."""
    return dict(_kinds)


Sentence = Callable[[Entity, Actor, Mapping[str, Any]], str]


def _one_or_many(one: Label, many: Label) -> Sentence:
    """A sentence about one record, or about the many of a batch, of which the notice names one."""

    def say(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
        return str(many) % {**facts, "kind": entity.label_plural} if facts.get("count") else str(one) % facts

    return say


def _changed(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
    if facts.get("count"):
        told = _("%(by)s changed %(count)s %(kind)s that you follow at once; one of them is")
        return str(told) % {**facts, "kind": entity.label_plural}
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
GIVEN = declare_kind(
    Kind(
        "given",
        _("A record is given to me"),
        _one_or_many(_("%(by)s gave you this record"), _("%(by)s gave you %(count)s %(kind)s at once; one of them is")),
        icon="user-check",
    )
)
SHARED = declare_kind(
    Kind(
        "shared",
        _("A record is shared with me"),
        _one_or_many(
            _("%(by)s shared this with you"), _("%(by)s shared %(count)s %(kind)s with you at once; one of them is")
        ),
        icon="users",
    )
)
CHANGED = declare_kind(Kind("changed", _("Changes of what I follow"), _changed, icon="star"))
WEBHOOK = declare_kind(
    Kind(
        "webhook",
        _("A webhook of mine is switched off"),
        _("A webhook of yours was switched off"),
        icon="webhook",
        place="/settings/webhooks/%(record)s/",
        thing=_("Webhook"),
    )
)
