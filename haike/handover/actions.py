"""Prepare, agree, carry out: each refuses what it cannot do with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.handover.holding import STAY, Way, Work, holdings
from haike.handover.plan import check_leaving, check_way, from_data, held, to_data
from haike.handover.record import DONE, DRAFT, FAILED, LONGEST_NOTE, REFUSED, RUNNING, WAITING, Handover
from haike.handover.tell import tell_askers, tell_heirs, tell_signers
from haike.jobs.declare import asking, job
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_named, entity_of
from haike.kernel.events import announce
from haike.people.authority import demand_may_manage, may_manage
from haike.people.grants import organisation
from haike.people.user.actions import close_user
from haike.people.user.handover import SIGNED
from haike.people.user.record import User
from haike.refused import Refused

KIND = "handover"
"""The kind of its batches; how they are undone says `haike.handover.back`."""


def prepare(
    user: Any, ways: Mapping[str, Way], *, leaves: bool, note: str, by: Any, draft: Handover | None = None
) -> Handover:
    """Check a plan and keep it; nothing moves yet."""
    demand_may_manage(by, user)
    if len(note) > LONGEST_NOTE:
        raise Refused(fields={"note": _("At most %(most)s characters.") % {"most": LONGEST_NOTE}})
    if leaves:
        check_leaving(user, by)
    known = {each.key: each for each in held(user)}
    chosen = {key: way for key, way in ways.items() if key in known}
    if not leaves and all(way.how == STAY and not way.views for way in chosen.values()):
        raise Refused(_("Choose at least one thing that goes to somebody."))
    for key, way in chosen.items():
        check_way(known[key], way, user, by)
    facts = {"leaves": leaves, "note": note, "plan": to_data(chosen), "at": timezone.now(), "by_id": by.pk}
    if draft is None:
        return Handover.objects.create(user_id=user.pk, **facts)
    if not Handover.objects.filter(pk=draft.pk, state__in=(DRAFT, REFUSED)).update(**facts, state=DRAFT):
        raise Refused(_("This hand-over has been started already."))
    draft.refresh_from_db()
    return draft


def signers(handover: Handover) -> list[Any]:
    """Who may agree: all who manage the person, but not who prepared it nor the person himself."""
    out = (handover.by_id, handover.user_id)
    people = (each for each in organisation().users.values() if each.is_active and each.deleted_at is None)
    return [each for each in people if each.pk not in out and may_manage(each, handover.user)]


def may_sign(handover: Handover, user: Any) -> bool:
    """Whether somebody may agree to it."""
    return user.pk not in (handover.by_id, handover.user_id) and may_manage(user, handover.user)


def submit(handover: Handover, *, by: Any) -> Handover:
    """Carry it out, or ask a second person where a setting wants that."""
    if handover.by_id != by.pk:
        raise Refused(_("Only who prepared a hand-over starts it."))
    check(handover)
    if not SIGNED():
        return start(handover, come_from=(DRAFT, REFUSED))
    asked = signers(handover)
    if not asked:
        raise Refused(_("There is nobody else who may agree to this. Switch the second person off in the settings."))
    with transaction.atomic():
        if not Handover.objects.filter(pk=handover.pk, state__in=(DRAFT, REFUSED)).update(state=WAITING, reason=""):
            raise Refused(_("This hand-over has been started already."))
        handover.refresh_from_db()
        tell_signers(handover, asked)
    return handover


def check(handover: Handover) -> None:
    """Refuse what has become impossible since it was prepared."""
    demand_may_manage(handover.by, handover.user)
    if handover.leaves:
        check_leaving(handover.user, handover.by)
    known = holdings()
    for key, way in from_data(handover.plan).items():
        if key in known:
            check_way(known[key], way, handover.user, handover.by)


def decide(handover: Handover, *, agree: bool, reason: str = "", by: Any) -> Handover:
    """The second person says yes or no."""
    if not may_sign(handover, by):
        raise Refused(_("Somebody else has to agree to this hand-over."))
    reason = reason.strip()[:LONGEST_NOTE]
    if not agree and not reason:
        raise Refused(fields={"reason": _("Say why you refuse.")})
    facts = {"decided_by_id": by.pk, "decided_at": timezone.now(), "reason": reason}
    if agree:
        check(handover)
        return start(handover, come_from=(WAITING,), **facts)
    with transaction.atomic():
        if not Handover.objects.filter(pk=handover.pk, state=WAITING).update(state=REFUSED, **facts):
            raise Refused(_("Somebody has decided about this already."))
        handover.refresh_from_db()
        tell_askers(handover)
    return handover


def withdraw(handover: Handover, *, by: Any) -> None:
    """Take back what was only prepared."""
    if handover.by_id != by.pk:
        raise Refused(_("Only who prepared a hand-over takes it back."))
    if not Handover.objects.filter(pk=handover.pk, state__in=(DRAFT, WAITING, REFUSED)).delete()[0]:
        raise Refused(_("This hand-over has been started already."))


def start(handover: Handover, *, come_from: tuple[str, ...], **facts: Any) -> Handover:
    """Hand it to the worker."""
    with transaction.atomic():
        if not Handover.objects.filter(pk=handover.pk, state__in=come_from).update(state=RUNNING, **facts):
            raise Refused(_("This hand-over has been started already."))
        handover.refresh_from_db()
        handover.batch = start_batch(entity_of(User), KIND, handover.title, by=handover.by)
        handover.save(update_fields=["batch"])
        with asking(by=handover.by_id, title=handover.title, key=f"handover-{handover.pk}"):
            carry_out.enqueue(handover=handover.pk, by=handover.by_id)
    return handover


@job(title=_("Hand-over"), attempts=5, timeout=7200, slow=True)
def carry_out(*, handover: int, by: int) -> dict[str, Any]:
    """Move everything that still is his; an attempt that was interrupted goes on where it stopped."""
    found = Handover.objects.select_related("batch", "user", "by").get(pk=handover)
    giver = organisation().users[by]
    if found.state == RUNNING and found.batch is not None:
        work = work_of(found, giver)
        try:
            check(found)
            _move(work)
            if found.leaves:
                _close(work)
        except Refused as no:
            Handover.objects.filter(pk=handover).update(state=FAILED, error=str(no), result=work.result)
            raise
        _finish(work)
    return {"url": found.url, "message": str(_("The hand-over is done."))}


def work_of(handover: Handover, by: Any) -> Work:
    """The work with what an interrupted attempt has done already."""
    assert handover.batch is not None
    work = Work(handover, handover.batch, handover.user, by, report=progress.report)
    work.moved.update(handover.result.get("moved", {}))
    for pk, numbers in handover.result.get("got", {}).items():
        work.got[int(pk)].update(numbers)
    return work


def _move(work: Work) -> None:
    known = holdings()
    for key, way in from_data(work.handover.plan).items():
        if key in known:
            known[key].carry(work, way)
            Handover.objects.filter(pk=work.handover.pk).update(result=work.result)


def _close(work: Work) -> None:
    with transaction.atomic():
        if User.objects.filter(pk=work.user.pk, is_active=True).exists():
            close_user(work.user, by=work.by)
            Handover.objects.filter(pk=work.handover.pk).update(closed=True)


def _finish(work: Work) -> None:
    with transaction.atomic():
        Handover.objects.filter(pk=work.handover.pk).update(state=DONE, result=work.result)
        work.batch.changed, work.batch.refused = sum(work.moved.values()), work.refused
        work.batch.save(update_fields=["changed", "refused"])
        tell_heirs(work)
        for label in work.moved:
            entity = entity_named(label)
            if entity is not None:
                announce("kernel.batch.done", entity=entity, batch=work.batch, by=work.by)
