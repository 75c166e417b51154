"""The check of rights on live data: a sample of users and records, in bounded time, every night."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import Entity, entities, entity_named
from haike.people.alarm.kinds import AlarmKind, declare_alarms, raise_alarm
from haike.people.grants import grants_of, organisation
from haike.people.proof.oracle import Oracle
from haike.people.proof.record import RightsCheck
from haike.people.proof.walk import MOST_FINDINGS, Finding, Sample, Walk, surfaces, walk_all

USERS, RECORDS, SECONDS = 12, 4, 120
KEPT = 90
"""So many runs are kept."""


def sample_users(most: int, dice: random.Random) -> list[Any]:
    """One user of each set of roles first, then any; closed accounts see nothing and are left out."""
    house = organisation()
    people = [user for user in house.users.values() if user.is_active and user.deleted_at is None]
    dice.shuffle(people)
    first: dict[tuple[int, ...], Any] = {}
    for user in people:
        first.setdefault(tuple(sorted(house.roles_of.get(user.pk, ()))), user)
    rest = [user for user in people if user not in first.values()]
    return [*first.values(), *rest][:most]


def sample_records(most: int, dice: random.Random) -> Sample:
    """Records of every kind from all over the table, found by keys drawn at random: no table is read as a whole."""
    return Sample({entity.label: {row.pk: row for row in _some(entity, most, dice)} for entity in entities()})


def _some(entity: Entity, most: int, dice: random.Random) -> Iterable[Any]:
    rows = entity.model._base_manager.filter(deleted_at__isnull=True, archived_at__isnull=True)
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = {}
    for _try in range(most):
        row = rows.filter(pk__gte=dice.randint(1, max(last, 1))).order_by("pk").first()
        if row is not None:
            found[row.pk] = row
    return found.values()


def check_rights(
    *, users: int = USERS, records: int = RECORDS, seconds: float = SECONDS, seed: int | None = None
) -> RightsCheck:
    """Let users walk over all surfaces and write down what differs from the oracle; raise an alarm if any does."""
    dice, start = random.Random(seed), time.monotonic()  # noqa: S311 - a sample, no secret
    sample, oracle = sample_records(records, dice), Oracle()
    findings: list[Finding] = []
    asked: Counter[str] = Counter()
    walked = 0
    for user in sample_users(users, dice):
        if time.monotonic() - start > seconds:
            break
        with translation.override(user.language):
            walk = Walk(user, oracle, sample)
            walk_all(walk, lambda: time.monotonic() - start <= seconds)
        asked, walked = asked + walk.asked, walked + 1
        findings += walk.findings
    run = RightsCheck.objects.create(
        at=timezone.now(),
        seconds=round(time.monotonic() - start, 1),
        users=walked,
        records=sum(map(len, sample.records.values())),
        asked=dict(asked),
        findings=[finding.to_data() for finding in findings[:MOST_FINDINGS]],
    )
    _forget_old()
    if findings:
        _alarm(findings)
    return run


def _forget_old() -> None:
    old = list(RightsCheck.objects.order_by("-id").values_list("pk", flat=True)[KEPT : KEPT + 100])
    RightsCheck.objects.filter(pk__in=old).delete()


def _alarm(findings: list[Finding]) -> None:
    """One alarm for a run; it is about the user who sees most of what he should not."""
    leaks = [finding for finding in findings if finding.leak] or findings
    user = Counter(finding.user for finding in leaks).most_common(1)[0][0]
    facts: dict[str, Any] = {
        "count": len(findings),
        "surfaces": sorted({finding.surface for finding in leaks}),
        "kinds": sorted({finding.entity for finding in leaks}),
    }
    raise_alarm("rights", user=organisation().users[user], **facts)


@cron("40 3 * * *", name="people.check-rights")
@job(title=gettext_lazy("Check what every surface shows against the rights"), attempts=1, timeout=900, slow=True)
def check_rights_job(*, by: int | None = None) -> dict[str, int]:
    """The nightly check."""
    run = check_rights()
    return {"questions": run.questions, "findings": len(run.findings)}


def surface_name(key: str) -> str:
    """The word for a surface."""
    return next((str(each.label) for each in surfaces() if each.key == key), _("Pages"))


def _say(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "The check of rights found %(count)s answer that differs: %(kinds)s (%(surfaces)s)",
        "The check of rights found %(count)s answers that differ: %(kinds)s (%(surfaces)s)",
        facts["count"],
    )
    kinds = [entity_named(label) for label in facts["kinds"]]
    return text % {
        "count": facts["count"],
        "kinds": _(", ").join(str(entity.label_plural) for entity in kinds if entity is not None),
        "surfaces": _(", ").join(surface_name(key) for key in facts["surfaces"]),
    }


declare_alarms({"rights": AlarmKind(gettext_lazy("Rights do not hold"), _say)})


def may_check(user: Any) -> bool:
    """Whether somebody reads the results and begins a check: who keeps the roles."""
    return grants_of(user.pk).may_do("roles")
