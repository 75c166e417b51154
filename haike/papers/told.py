"""Whoever sent a paper and whose record it is hear of its first opening; the sender, of a mail that did not go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.events import on
from haike.kernel.policy import Actor
from haike.papers.record import PaperLink, PaperMail
from haike.papers.server import FAULTS
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import notify

TAB = "papers"
OPENED = declare_kind(
    Kind(
        "paper_opened",
        _("A customer opens a paper that was sent"),
        _("The customer has opened “%(paper)s”"),
        icon="mail-opened",
        tab=TAB,
    )
)


def _say_failed(_entity: Entity, _reader: Actor, facts: Mapping[str, Any]) -> str:
    told = {"paper": facts.get("paper", ""), "why": FAULTS.get(str(facts.get("fault")), "")}
    return str(_("“%(paper)s” was not sent by e-mail. %(why)s") % told)


FAILED = declare_kind(
    Kind("paper_mail_failed", _("A paper could not be sent by e-mail"), _say_failed, icon="mail-off", tab=TAB)
)


@on("papers.opened")
def opened(link: PaperLink, record: Any) -> None:
    """Tell it once for each link."""
    users = [pk for pk in (record.owner_id, link.by_id) if pk is not None]
    notify(users, OPENED, record, facts={"paper": link.title}, key=f"paper-{link.pk}")


@on("papers.mail_failed")
def mail_failed(mail: PaperMail, record: Any, fault: str) -> None:
    """Tell the sender each time that a mail is given up."""
    if record is not None:
        notify([mail.link.by_id], FAILED, record, facts={"paper": mail.link.title, "fault": fault})
