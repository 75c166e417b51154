"""What people hear of hand-overs: one notice for each batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from haike.handover.holding import Work, holdings
from haike.handover.record import Handover
from haike.people.account.choices import hears
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

LABEL = "handover.handover"
PLACE = "/handovers/%(record)s/"

HANDED = declare_kind(
    Kind(
        "handover",
        _("A colleague's records are handed over to me"),
        _("You take over from a colleague"),
        icon="transfer",
        place=PLACE,
        thing=_("Hand-over"),
    )
)
ASKED = declare_kind(
    Kind(
        "handover_asked",
        _("Somebody asks me to agree to a hand-over"),
        _("A hand-over waits for your yes"),
        icon="checks",
        place=PLACE,
        thing=_("Hand-over"),
    )
)
DECIDED = declare_kind(
    Kind(
        "handover_decided",
        _("My hand-over was refused"),
        _("Your hand-over was refused"),
        icon="x",
        place=PLACE,
        thing=_("Hand-over"),
    )
)


def _tell(kind: Kind, handover: Handover, texts: Iterable[tuple[Any, Any]], *, by: Any) -> None:
    told = []
    for user, text in texts:
        if not hears(user, kind.key):
            continue
        with translation.override(user.language):
            facts = {"title": str(handover), "text": str(text())}
        told.append(Telling(user.pk, handover.pk, facts, f"handover:{handover.pk}:{kind.key}:{handover.state}"))
    tell(kind, LABEL, told, by=by)


def tell_heirs(work: Work) -> None:
    """Each successor hears once what he got."""
    known, people = holdings(), active_users()

    def say(numbers: Any) -> Any:
        return lambda: str(_(", ")).join(f"{known[key].label} {number}" for key, number in numbers.items())

    heirs = [(people[pk], say(numbers)) for pk, numbers in work.got.items() if pk in people and pk != work.by.pk]
    _tell(HANDED, work.handover, heirs, by=work.by)


def tell_signers(handover: Handover, people: Iterable[Any]) -> None:
    """Those who may agree hear that somebody waits for them."""
    _tell(ASKED, handover, [(person, lambda: handover.note) for person in people], by=handover.by)


def tell_askers(handover: Handover) -> None:
    """Who prepared it hears why it was refused."""
    _tell(DECIDED, handover, [(handover.by, lambda: handover.reason)], by=handover.decided_by)
