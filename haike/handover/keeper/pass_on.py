"""Passing records on: a job, begun in the transaction in which the occasion came, so that none is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.bulk.write import change_many, share_many
from haike.handover.keeper.record import NOTHING, WRITE, KeeperRule, Passed
from haike.handover.keeper.triggers import LISTENERS, still, written
from haike.handover.records import ACTION
from haike.jobs.declare import job
from haike.kernel.bulk import start_batch
from haike.kernel.change import FOLLOWERS
from haike.kernel.entity import Entity, entity_named
from haike.kernel.events import announce
from haike.kernel.log import Batch, log_many
from haike.kernel.policy import Actor, System
from haike.kernel.record import writer
from haike.people.account.choices import hears
from haike.people.grants import organisation
from haike.pools.assignment.people import takers
from haike.pools.seas import seas
from haike.said import said
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

KEEPER = "keeper"
KINDS[KEEPER] = _("Passed to a keeper")
PASSER = System("keeper rules")


def _say(text: Any) -> Callable[[Entity, Actor, Mapping[str, Any]], str]:
    def say(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
        return str(text) % {**facts, "kind": entity.label_plural}

    return say


GOT = declare_kind(
    Kind(
        "keeper_got",
        _("A rule gives me records to look after"),
        _say(_("You look after %(count)s %(kind)s from now on, by the rule “%(rule)s”; so far: %(people)s")),
        icon="transfer",
    )
)
GAVE = declare_kind(
    Kind(
        "keeper_gave",
        _("A rule passes my records to a keeper"),
        _say(_("%(people)s look after %(count)s of your %(kind)s from now on, by the rule “%(rule)s”")),
        icon="transfer",
    )
)


@dataclass(frozen=True)
class Step:
    """One record on its way."""

    record: Any
    rule: KeeperRule
    hunter: Any
    keeper: Any


def waiting_for(occasion: str) -> Any:
    """The rules in use for an occasion, in the order in which they are asked."""
    rows: Any = KeeperRule.objects.live().filter(occasion=occasion, active=True)
    return rows.order_by("position", "pk")


def listen(entity: Entity, keys: Sequence[int], occasion: str) -> None:
    """Begin the job where a rule waits for this."""
    if waiting_for(occasion).exists():
        pass_on.enqueue(entity=entity.label, keys=list(keys), occasion=occasion)


@job(title=_("Passed to a keeper"), attempts=5, timeout=600)
def pass_on(*, entity: str, keys: list[int], occasion: str) -> dict[str, int]:
    """Let the rules decide on some records; what has changed meanwhile, or lies in a pool, stays."""
    found = cast(Entity, entity_named(entity))
    with transaction.atomic():
        # Locked, so that two at once do not count the same turn.
        rules = list(waiting_for(occasion).select_for_update())
        rows = found.model._base_manager.select_for_update().filter(pk__in=keys, deleted_at__isnull=True)
        steps = plan(found, [row for row in rows.order_by("pk") if still(occasion, row)], rules)
        if steps:
            _carry_out(found, steps)
    return {"passed": len(steps)}


def plan(entity: Entity, records: Iterable[Any], rules: Sequence[KeeperRule]) -> list[Step]:
    """Who gets which record. The first rule that finds anybody decides; who is a keeper already stays it."""
    house, pools = organisation(), seas().by_account
    for rule in rules:
        people = takers(rule.people.all(), rule.departments.all(), house)
        able = [person for person in people if entity.policy.may(person, "view")]
        if able:
            break
    else:
        return []
    keepers, steps = {person.pk for person in able}, list[Step]()
    for record in records:
        if record.owner_id not in pools and record.owner_id not in keepers:
            keeper = able[(rule.turn + len(steps)) % len(able)]
            steps.append(Step(record, rule, house.users.get(record.owner_id), keeper))
    return steps


def _carry_out(entity: Entity, steps: Sequence[Step]) -> None:
    by_key, now = {step.record.pk: step for step in steps}, timezone.now()
    title = said(_("%(kind)s to their keepers: %(rule)s"), kind=entity.label_plural, rule=steps[0].rule)
    batch = start_batch(entity, KEEPER, title, by=PASSER)
    outcome = change_many(
        entity, list(by_key), lambda record: {"owner": by_key[record.pk].keeper}, ("owner",),
        by=PASSER, batch=batch, trusted=True,
    )  # fmt: skip
    done = [step for step in steps if step.record.pk not in outcome.refused]
    _leave_shares(entity, done, batch)
    versions = dict(entity.model._base_manager.filter(pk__in=list(by_key)).values_list("pk", "version"))
    told = []
    for step in done:
        text = _("%(hunter)s → %(keeper)s, by the rule “%(rule)s”") % vars(step)
        told.append((step.record.pk, versions[step.record.pk], {str(_("Hand-over")): ["", str(text)]}))
    log_many(entity, told, ACTION, by=PASSER, batch=batch, at=now)
    for step in done:
        Passed.objects.create(
            rule=step.rule, entity=entity.label, record_id=step.record.pk, at=now,
            hunter=step.hunter, keeper=step.keeper, batch=batch,
        )  # fmt: skip
    with writer():
        KeeperRule._base_manager.filter(pk=steps[0].rule.pk).update(turn=F("turn") + len(done))
    Batch.objects.filter(pk=batch.pk).update(changed=outcome.changed, refused=len(outcome.refused))
    _tell(entity, done, batch)
    announce("kernel.batch.done", entity=entity, batch=batch, by=PASSER)


def _leave_shares(entity: Entity, steps: Sequence[Step], batch: Batch) -> None:
    groups: dict[tuple[int, bool], list[Step]] = defaultdict(list)
    for step in steps:
        works_here = step.hunter is not None and step.hunter.is_active and step.hunter.deleted_at is None
        if step.rule.hunter != NOTHING and works_here:
            groups[step.hunter.pk, step.rule.hunter == WRITE].append(step)
    for (__, can_write), some in groups.items():
        keys = [step.record.pk for step in some]
        share_many(entity, keys, user=some[0].hunter, can_write=can_write, by=PASSER, batch=batch)


def _tell(entity: Entity, steps: Sequence[Step], batch: Batch) -> None:
    """One notice for each of the two, however many records: it leads to the first of them."""
    people = active_users()
    for kind, mine, theirs in ((GOT, "keeper", "hunter"), (GAVE, "hunter", "keeper")):
        groups: dict[int, list[Step]] = defaultdict(list)
        for step in steps:
            person = getattr(step, mine)
            if person is not None and person.pk in people and (kind is GOT or step.rule.hunter != NOTHING):
                groups[person.pk].append(step)
        told = []
        for pk, some in groups.items():
            if not hears(people[pk], kind.key):
                continue
            with translation.override(people[pk].language):
                others = dict.fromkeys(str(getattr(step, theirs) or _("nobody")) for step in some)
                names = str(_(", ")).join(others)
            first = some[0]
            facts = {"title": str(first.record), "count": len(some), "rule": first.rule.name, "people": names}
            told.append(Telling(pk, first.record.pk, facts, f"{kind.key}:{batch.pk}"))
        tell(kind, entity.label, told, by=PASSER)


LISTENERS.append(listen)
FOLLOWERS.append(written)
