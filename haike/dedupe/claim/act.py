"""Filing a case, answering it, withdrawing it, ruling on it. Each act is in the log, and those concerned are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.record import (
    DECIDED,
    GOES,
    LONGEST,
    OPEN,
    REASONS,
    RULINGS,
    SHARED,
    WITHDRAWN,
    ClaimCase,
)
from haike.dedupe.claim.ticket import Ticket
from haike.digits import whole
from haike.kernel.change import write_log
from haike.kernel.log import ACTION_LABELS
from haike.kernel.option import option
from haike.people.account.choices import hears
from haike.people.grants import organisation
from haike.pools.bulk import run_one
from haike.refused import Refused
from haike.said import said
from haike.screens.acts import share_record
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import Telling, tell

LABEL = "dedupe.claimcase"
GRANT, MANAGER, BOSS = "grant", "manager", "boss"
ARBITER = option(
    "dedupe.arbiter",
    GRANT,
    _("Who rules on claim cases"),
    group=_("Duplicates"),
    choices=(
        (GRANT, _("Who holds the grant for duplicates and sees the record")),
        (MANAGER, _("The owner's manager, or the boss")),
        (BOSS, _("The boss")),
    ),
    help=_("Neither the claimant nor the owner rules on his own case."),
)
MOST_READ = 500
ACTION_LABELS["claim"] = _("claim case")


def _kind(key: str, label: Any, sentence: Any) -> Kind:
    return declare_kind(Kind(key, label, sentence, icon="gavel", place="/claims/%(record)s/", thing=_("Claim case")))


FILED = _kind("claim_filed", _("A claim case is filed that concerns me"), _("Somebody claims a record"))
ANSWERED = _kind("claim_answered", _("The owner answered in a claim case"), _("The owner answered in a claim case"))
ENDED = _kind("claim_ended", _("A claim case of mine has ended"), _("A claim case has ended"))


def may_rule(case: ClaimCase, user: Any) -> bool:
    """Whether the user is an arbiter of this case: the setting names him, he sees the record, and is no party."""
    record, boss = case.record, user.grants.may_do("boss")
    if record is None or user.pk == case.claimant_id or (user.pk == record.owner_id and not boss):
        return False
    chosen = ARBITER()
    if chosen == BOSS:
        named = boss
    elif chosen == MANAGER:
        named = boss or user.pk in _managers(record.owner)
    else:
        named = user.grants.may_do("duplicates")
    return bool(named) and bool(case.kind.model.objects.visible_to(user).filter(pk=record.pk).exists())


def _managers(owner: Any) -> set[int]:
    if owner is None:
        return set()
    above = {owner.manager_id, owner.department.manager_id if owner.department else None}
    return {key for key in above if key is not None} - {owner.pk}


def is_owner(case: ClaimCase, user: Any) -> bool:
    """Whether the user has the record at present."""
    record = case.record
    return record is not None and record.owner_id == user.pk


def cases_of(user: Any) -> list[ClaimCase]:
    """The cases that a user may open, the newest first: his own, those about what he has, those he rules on."""
    rows = ClaimCase.objects.select_related("claimant", "owner", "decided_by").order_by("-id")
    if user.grants.may_do("duplicates") or user.grants.may_do("boss") or ARBITER() == MANAGER:
        found = rows[:MOST_READ]
    else:
        found = rows.filter(Q(claimant=user) | Q(pk__in=_about(user)))[:MOST_READ]
    return [case for case in found if case.claimant_id == user.pk or is_owner(case, user) or may_rule(case, user)]


def _about(user: Any) -> list[int]:
    """Cases about records that the user has."""
    by_kind: dict[str, dict[int, list[int]]] = {}
    for pk, label, key in ClaimCase.objects.order_by("-id").values_list("pk", "entity", "record_id")[:5000]:
        by_kind.setdefault(label, {}).setdefault(key, []).append(pk)
    found: list[int] = []
    for label, cases in by_kind.items():
        model = ClaimCase(entity=label).kind.model
        own = model.objects.live().filter(owner=user, pk__in=list(cases)[:900]).values_list("pk", flat=True)
        found += [pk for key in own for pk in cases[key]]
    return found


def file_case(ticket: Ticket, *, reason: str, evidence: str, by: Any) -> ClaimCase:
    """File a case about a record that belongs to somebody else; raises Refused."""
    model = ticket.entity.model
    record = model.objects.live().select_related("owner__department").filter(pk=ticket.record_id).first()
    if record is None:
        raise Refused(_("This record is not there any more."))
    if record.owner_id == by.pk:
        raise Refused(_("It belongs to you already."))
    if model.objects.visible_to(by).filter(pk=record.pk).exists():
        raise Refused(_("You see this record yourself; ask its owner or the owner's manager for a transfer."))
    if reason not in REASONS:
        raise Refused(fields={"reason": _("Choose one of the options.")})
    if not evidence.strip():
        raise Refused(fields={"evidence": _("Say what happened when: who talked with whom, by which way.")})
    twice = Refused(_("You have an open case about this record already; add to it or withdraw it."))
    case = ClaimCase(
        entity=ticket.entity.label, record_id=record.pk, subject=ticket.subject, claimant=by, owner=record.owner,
        at=timezone.now(), reason=reason, evidence=evidence.strip()[:LONGEST],
    )  # fmt: skip
    if ClaimCase.objects.filter(entity=case.entity, record_id=record.pk, claimant=by, state=OPEN).exists():
        raise twice
    try:
        with transaction.atomic():
            case.save(force_insert=True)
            _log(case, record, "", str(_("filed by %(name)s") % {"name": by}), by=by)
            _tell(FILED, case, [record.owner_id, *_arbiters(case, record)], by=by)
    except IntegrityError:
        raise twice from None
    return case


def answer_case(case: ClaimCase, text: str, *, by: Any) -> None:
    """The owner says his side."""
    if not text.strip():
        raise Refused(fields={"answer": _("Say what happened when: who talked with whom, by which way.")})
    with transaction.atomic():
        locked = _open(case)
        record = locked.record
        if record is None or record.owner_id != by.pk:
            raise Refused(_("Only the owner answers."))
        locked.answer, locked.answered_at, locked.answered_by = text.strip()[:LONGEST], timezone.now(), by
        locked.save(update_fields=["answer", "answered_at", "answered_by"])
        _log(locked, record, "", str(_("answered by %(name)s") % {"name": by}), by=by)
        _tell(ANSWERED, locked, _arbiters(locked, record), by=by)


def withdraw(case: ClaimCase, *, by: Any) -> None:
    """The claimant takes his case back."""
    with transaction.atomic():
        locked = _open(case)
        if locked.claimant_id != by.pk:
            raise Refused(_("Only the claimant withdraws a case."))
        locked.state, locked.ended_at = WITHDRAWN, timezone.now()
        locked.save(update_fields=["state", "ended_at"])
        record = locked.record
        if record is not None:
            _log(locked, record, "", str(_("withdrawn by %(name)s") % {"name": by}), by=by)
            _tell(ENDED, locked, [record.owner_id], by=by)


def decide(case: ClaimCase, *, ruling: str, percent: str = "", note: str = "", by: Any) -> ClaimCase:
    """Rule on a case. A record that goes to the claimant is transferred by the ordinary act, which can be undone."""
    if ruling not in RULINGS:
        raise Refused(fields={"ruling": _("Choose one of the options.")})
    share = whole(percent.strip().removesuffix("%").strip())
    if ruling == SHARED and (share is None or not 1 <= share <= 99):
        raise Refused(fields={"percent": _("Enter a whole number from 1 to 99.")})
    with transaction.atomic():
        locked = _open(case)
        if not may_rule(locked, by):
            raise Refused(_("You may not rule on this case."))
        record, entity = locked.record, locked.kind
        owner = record.owner_id
        locked.state, locked.ended_at, locked.decided_by = DECIDED, timezone.now(), by
        locked.ruling, locked.note = ruling, note.strip()[:LONGEST]
        locked.percent = share if ruling == SHARED else None
        if ruling == GOES:
            title = said(_("Claim case %(number)s: %(title)s"), number=locked.pk, title=record)
            locked.batch = run_one(entity, "transfer", record.pk, {"owner": locked.claimant_id}, title, by=by).batch
        elif ruling == SHARED:
            share_record(entity, record, locked.claimant, can_write=True, by=by)
        locked.save()
        _log(locked, record, "", _said(locked), by=by)
        _tell(ENDED, locked, [locked.claimant_id, owner], by=by)
    return locked


def _said(case: ClaimCase) -> str:
    said = str(RULINGS[case.ruling])
    return f"{said} ({case.percent} % : {case.rest} %)" if case.percent is not None else said


def _open(case: ClaimCase) -> ClaimCase:
    locked = ClaimCase.objects.select_for_update().get(pk=case.pk)
    if locked.state != OPEN:
        raise Refused(_("This case has ended already."))
    return locked


def _log(case: ClaimCase, record: Any, before: str, after: str, *, by: Any) -> None:
    write_log(record, "claim", by=by, diff={str(case): [before, after]})


def _arbiters(case: ClaimCase, record: Any) -> list[int]:
    """Those who are asked to rule: the owner's managers, or the bosses where none of them may."""
    house = organisation()
    near = [house.users[key] for key in _managers(record.owner) if key in house.users]
    found = [user.pk for user in near if may_rule(case, user)]
    if found:
        return found
    return [
        user.pk
        for user in house.users.values()
        if user.is_active and user.grants.may_do("boss") and may_rule(case, user)
    ]


def _tell(kind: Kind, case: ClaimCase, users: Iterable[int | None], *, by: Any) -> None:
    """Tell it by the number of the case alone: who sees the case opens it."""
    house = organisation()
    wanted = [house.users[key] for key in dict.fromkeys(users) if key in house.users and key != by.pk]
    told = [Telling(user.pk, case.pk, {"title": str(case)}) for user in wanted if hears(user, kind.key)]
    tell(kind, LABEL, told, by=by)
