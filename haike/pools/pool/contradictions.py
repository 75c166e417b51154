"""What does not go together in the rules of a pool, said before it is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.division import divisions
from haike.kernel.entity import Label
from haike.pools.pool.record import Pool
from haike.pools.seas import seas


def contradictions(values: Mapping[str, Any], record: Pool | None) -> Iterator[Label]:
    """One sentence for each."""

    def get(name: str) -> Any:
        if name in values:
            return values[name]
        if record is None:
            return None
        value = getattr(record, name)
        return list(value.all()) if hasattr(value, "all") else value

    rules = {
        _("not followed"): get("follow_days"),
        _("no deal"): get("deal_days"),
        _("no progress"): get("stage_days"),
    }
    protect, remind = get("protect_days"), get("remind_days")
    for what, days in rules.items():
        facts = {"what": what, "days": days, "protect": protect, "remind": remind}
        if days and protect and protect >= days:
            text = _("Recycled after %(days)s days (%(what)s), but protected for %(protect)s: protection wins.")
            yield str(text % facts)
        if days and remind and remind >= days:
            text = _(
                "The reminder (%(remind)s days before) comes at once where %(days)s days are the limit (%(what)s)."
            )
            yield str(text % facts)
    if get("follow_days") and get("deal_days") and get("deal_days") < get("follow_days"):
        yield _("The limit without a deal is shorter than that without a follow-up, so the latter never takes effect.")
    most, daily = get("holds_most"), get("claims_per_day")
    if most and daily and daily > most:
        yield _("More may be claimed in one day than may be held at all.")
    if get("recycles") and not get("reclaim_days"):
        yield _("Whoever loses a record may claim it again at once; set the days until one may reclaim one's own.")
    yield from _overlaps(get("entity"), get("regions") or [], get("departments") or [], record)


def _overlaps(entity: str, regions: list[str], departments: list[Any], record: Pool | None) -> Iterator[Label]:
    known = seas()
    mine = {department.pk for department in departments}
    for other in known.of_entity(entity or ""):
        if record is not None and other.pk == record.pk:
            continue
        if not regions and not mine and not other.regions and not known.departments[other.pk]:
            yield str(
                _("“%(other)s” receives everything too; the one that stands first in the list gets it.")
                % {"other": other.name}
            )
        for code in regions:
            if any(_within(code, theirs) or _within(theirs, code) for theirs in other.regions):
                facts = {"other": other.name, "region": divisions()[code].name}
                yield str(_("“%(other)s” receives %(region)s too; the one that stands first gets it.") % facts)
        if mine & known.departments[other.pk]:
            yield str(
                _("“%(other)s” receives from some of these departments too; the one that stands first gets it.")
                % {"other": other.name}
            )


def _within(code: str, other: str) -> bool:
    return code.startswith(other[: divisions()[other].level * 2])
