"""What happens to links: made, withdrawn, opened, a code tried."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.api.sealed import seal, unseal
from haike.kernel.change import write_log
from haike.kernel.entity import Entity, entity_named, entity_of
from haike.kernel.events import announce
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS
from haike.kernel.policy import Actor, System
from haike.papers.options import MOST_DAYS
from haike.papers.paper import Paper, may_take_out
from haike.papers.record import Opening, PaperLink
from haike.people.alarm.place import device_of
from haike.refused import Refused
from haike.screens.actor import SYSTEMS

ACTION_LABELS |= {
    "paper_sent": _("sent a paper by link"),
    "paper_withdrawn": _("withdrew the link to a paper"),
    "paper_opened": _("opened a paper for the first time"),
}
FIELD_LABELS["paper"] = pgettext_lazy("sent", "Paper")
READER = System("reader of a paper")
SYSTEMS[READER.name] = _("The customer")
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
MOST_OPENINGS = 1_000
"""So many openings of a link are kept one by one; those after them are counted only."""
RELOAD = timedelta(minutes=1)
"""Who looks again so soon from the same place has only loaded the page anew."""
MOST_WRONG = 10
LOCKED = timedelta(hours=1)


def new_token() -> str:
    """192 random bits as they stand in an address."""
    return secrets.token_urlsafe(24)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def send(paper: Paper, *, token: str, days: int, with_code: bool, to: str = "", by: Any) -> PaperLink:
    """Freeze a paper and make a link to it; the log of exports and that of the record tell it.

    `token` comes with the form: sent twice, the same form makes one link. Refused with `days` for a time that no link
    is good for, and where so much may not leave the house.
    """
    record, entity = paper.record, entity_of(paper.record)
    if not may_take_out(paper.kind, by, record):
        raise Refused(_("You may look at this record, but not print it or take it out."))
    if not 1 <= days <= MOST_DAYS:
        raise Refused(fields={"days": _("From 1 to %(most)s days.") % {"most": MOST_DAYS}})
    now = timezone.now()
    try:
        with transaction.atomic():
            made = PaperLink.objects.create(
                entity=entity.label,
                record_id=record.pk,
                kind=paper.kind,
                title=paper.title[:200],
                html=paper.sheet(),
                language=translation.get_language() or "",
                digest=_digest(token),
                sealed=seal(token),
                code=seal(f"{secrets.randbelow(1_000_000):06}") if with_code else "",
                to=to,
                by=by,
                at=now,
                expires_at=now + timedelta(days=days),
            )
            paper.note("link")
            write_log(record, "paper_sent", by=by, diff={"paper": [None, _named(made)]})
    except IntegrityError:
        return PaperLink.objects.get(digest=_digest(token), by=by)
    return made


def _named(link: PaperLink) -> str:
    return f"{link.title} → {link.to}" if link.to else link.title


def token_of(link: PaperLink) -> str:
    """The secret part of its address; Refused when the server's key is another one now."""
    return unseal(link.sealed)


def code_of(link: PaperLink) -> str:
    """The code that is asked for, empty for none."""
    return unseal(link.code) if link.code else ""


def link_by(token: str) -> PaperLink | None:
    """The link with this token."""
    if TOKEN.fullmatch(token) is None:
        return None
    return PaperLink.objects.filter(digest=_digest(token)).first()


def record_of(link: PaperLink) -> Any:
    """The record that a paper is about; None when it was deleted."""
    entity = entity_named(link.entity)
    if not isinstance(entity, Entity):
        return None
    return entity.model._base_manager.filter(pk=link.record_id, deleted_at=None).first()


def may_withdraw(link: PaperLink, record: Any, user: Actor) -> bool:
    """Who sent it, and who may change the record."""
    return link.is_good and (link.by_id == user.pk or entity_of(record).policy.allows(user, "edit", record))


def withdraw(link: PaperLink, record: Any, *, by: Actor) -> None:
    """End a link before its time; from then on it tells nothing."""
    if not may_withdraw(link, record, by):
        raise Refused(_("This link is not open any more."))
    with transaction.atomic():
        rows = PaperLink.objects.filter(pk=link.pk, withdrawn_at=None)
        if rows.update(withdrawn_at=timezone.now(), withdrawn_by_id=by.pk):
            write_log(record, "paper_withdrawn", by=by, diff={"paper": [_named(link), None]})


def try_code(link: PaperLink, typed: str) -> bool:
    """Whether this is the code; Refused after too many wrong ones, for an hour."""
    now = timezone.now()
    with transaction.atomic():
        # One after the other, so that many guesses at once count as many.
        held = PaperLink.objects.select_for_update().get(pk=link.pk)
        fresh = held.wrong_at is not None and held.wrong_at > now - LOCKED
        if fresh and held.wrong >= MOST_WRONG:
            locked = True
        else:
            locked, right = False, constant_time_compare(code_of(held), typed.strip())
            held.wrong = 0 if right else (held.wrong if fresh else 0) + 1
            held.wrong_at = None if right else now
            held.save(update_fields=["wrong", "wrong_at"])
    if locked:
        raise Refused(_("Too many wrong codes. Try again in an hour, or ask whoever sent you the link."))
    return right


def note_opening(link: PaperLink, record: Any, *, network: str, agent: str) -> bool:
    """Keep that somebody outside has read a paper; False where he only loaded the page anew."""
    now, device = timezone.now(), device_of(agent)[:60]
    with transaction.atomic():
        held = PaperLink.objects.select_for_update().only("pk", "opened").get(pk=link.pk)
        again = Opening.objects.filter(link=link, at__gt=now - RELOAD, network=network, device=device)
        if again.exists():
            return False
        if held.opened < MOST_OPENINGS:
            Opening.objects.create(link=link, at=now, network=network, device=device)
        PaperLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_at=now)
        if PaperLink.objects.filter(pk=link.pk, first_at=None).update(first_at=now):
            write_log(record, "paper_opened", by=READER, diff={"paper": [None, _named(link)]})
            announce("papers.opened", link=link, record=record)
    return True
