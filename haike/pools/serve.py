"""What pools add to the pages of the entities that opted in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.exchange.target import owner_sources
from haike.find.prepared import keyed, prepared
from haike.kernel.change import FOLLOWERS, settle
from haike.kernel.entity import Button, Entity, Label, Panel, entity_named
from haike.kernel.escape import escape
from haike.kernel.events import on
from haike.kernel.icon import icon
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.pools.actions import RETURNED, claimed_today, given_up, held
from haike.pools.assignment.arrival import arrived, came_back
from haike.pools.history import count_owners, owners_panel
from haike.pools.pool.record import Pool
from haike.pools.pooling import poolings, return_label
from haike.pools.recycle import declare_recycle
from haike.pools.rule import REASONS, due_of, dues_of
from haike.pools.seas import seas
from haike.pools.tabs import is_sea, pool_of_tab
from haike.screens.list import note_sources, read_with_rows

CLAIM = _("Claim")
SOON, SOONEST = 7, 1
"""Days left from which a record is marked as near, and as very near."""


def serve_all() -> None:
    """Serve every entity that opted in; called once, when all rooms are loaded."""
    for label in poolings():
        entity = entity_named(label)
        assert entity is not None
        entity.panels.append(Panel("owners", _("Owners"), owners_panel, count=count_owners, icon="users"))
        entity.mark_sources.append(marks)
        read_with_rows.setdefault(label, []).extend(marks_read(entity))
        entity.figure_sources.append(partial(_figures, entity.label))
        on(f"{label}.changed")(partial(_advanced, entity))
        declare_recycle(entity)
    FOLLOWERS.append(arrived)
    RETURNED.append(came_back)
    note_sources.append(quota)
    owner_sources.append(_import_owners)


def _import_owners(entity: Entity, user: Any) -> Iterable[tuple[int, str]]:
    known = seas()
    return [(pool.account_id, pool.name) for pool in known.of_entity(entity.label) if known.joined_by(user.pk, pool)]


# -- buttons -----------------------------------------------------------------------------------------------------------


def row_buttons(user: Actor) -> Callable[[Any], list[Button]]:
    """On a row of the list: take it, unless one gave it up oneself and has to wait."""
    known = seas()
    waiting: dict[str, Collection[int]] = {}

    def offered(record: Any) -> list[Button]:
        pool = known.by_account.get(record.owner_id)
        if pool is None or not known.joined_by(user.pk, pool):
            return []
        if pool.entity not in waiting:
            waiting[pool.entity] = given_up(pool.entity, None, user, known)
        if record.pk in waiting[pool.entity]:
            return []
        return [Button(CLAIM, f"{_entity(record).url_of(record)}claim", "hand-grab", "post")]

    return offered


def buttons(record: Any, user: Actor) -> list[Button]:
    """On the record's page: take it or give it to somebody; give it back."""
    known, entity = seas(), _entity(record)
    base, pool = entity.url_of(record), known.by_account.get(record.owner_id)
    found = []
    if pool is not None:
        if known.joined_by(user.pk, pool) and not given_up(entity.label, [record.pk], user, known):
            found.append(Button(CLAIM, f"{base}claim", "hand-grab", "post", primary=True))
        if entity.policy.allows(user, "transfer", record):
            found.append(Button(_("Assign"), f"{base}assign", "user-plus", "drawer"))
    elif record.owner_id and known.of_entity(entity.label) and entity.policy.allows(user, "edit", record):
        found.append(Button(return_label(entity), f"{base}return", "ripple", "drawer"))
    return found


def _entity(record: Any) -> Entity:
    return record._haike_entity


# -- days left ---------------------------------------------------------------------------------------------------------


def marks(entity: Entity, user: Actor, records: Sequence[Any]) -> Mapping[int, str]:
    """Beside the names in lists: how many days are left until a rule takes the record."""
    known = seas()
    found = _waiting(entity, user, records)
    if not any(pool.recycles for pool in known.of_entity(entity.label)):
        return found
    owned = [record for record in records if record.owner_id and record.owner_id not in known.by_account]
    if not owned:
        return found
    due, mark = dues_of(entity.label), _marker()
    for record in _with_facts(entity, owned):
        day = due(record)
        if day is not None:
            found[record.pk] = mark(*day)
    return found


def _waiting(entity: Entity, user: Actor, records: Sequence[Any]) -> dict[int, str]:
    """Why what one gave up oneself is not offered for a claim yet."""
    known = seas()
    lying = [
        each.pk for each in records if (pool := known.by_account.get(each.owner_id)) and known.joined_by(user.pk, pool)
    ]
    days = given_up(entity.label, lying, user, known) if lying else {}
    told = _("You gave it up; claim again from %(day)s")
    return {pk: f' <span class="muted">{escape(told % {"day": _clock(day)})}</span>' for pk, day in days.items()}


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def marks_read(entity: Entity) -> tuple[str, ...]:
    """The fields that marks are made of; a list reads them with its rows."""
    return tuple(name.removesuffix("_id") for name in poolings()[entity.label].read)


def _with_facts(entity: Entity, records: Sequence[Any]) -> Iterable[Any]:
    """The records, read anew where they were read without what the rules ask for."""
    # Rows of one page were all read alike.
    if poolings()[entity.label].columns <= records[0].__dict__.keys():
        return records

    def rows() -> Any:
        return entity.model._base_manager.filter(keyed(entity.model)).only("pk", *marks_read(entity))

    return prepared(("days left", entity.label), rows, [record.pk for record in records])


def days_left(label: str, record: Any) -> str:
    """The mark of one record; empty where no rule takes it."""
    found = due_of(label, record)
    return "" if found is None else _marker()(*found)


def _marker() -> Callable[[date, str, Pool], str]:
    """A function that makes marks; what many rows have in common is said once."""
    now, glass = today(), icon("hourglass")
    made: dict[tuple[date, str, int], str] = {}

    def mark(day: date, reason: str, pool: Pool) -> str:
        key = (day, reason, pool.pk)
        if key not in made:
            made[key] = _mark(max((day - now).days, 0), day, reason, pool, glass)
        return made[key]

    return mark


def _mark(left: int, day: date, reason: str, pool: Pool, glass: str) -> str:
    text = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left} if left else _("Goes tonight")
    why = _("Goes to “%(pool)s” on %(day)s: %(reason)s")
    title = why % {"pool": pool.name, "day": f"{day:%m-%d}", "reason": REASONS[reason]}
    kind = "tag tag-red" if left <= SOONEST else "tag tag-orange" if left <= SOON else "muted"
    return f' <span class="days-left {kind}" title="{escape(title)}">{glass}{escape(text)}</span>'


def _figures(label: str, record: Any, user: Actor) -> list[tuple[Label, str]]:
    pool = seas().by_account.get(record.owner_id)
    if pool is not None and record.pooled_at:
        days = (timezone.now() - record.pooled_at).days
        text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        said: list[tuple[Label, str]] = [(_("In the %(pool)s for") % {"pool": poolings()[label].said}, text)]
        if seas().joined_by(user.pk, pool) and (until := given_up(label, [record.pk], user, seas()).get(record.pk)):
            said.append((_("You gave it up; claim again from"), _clock(until)))
        return said
    mark = days_left(label, record)
    return [(_("Until the recycle"), mark_safe(mark))] if mark else []


# -- above the list ----------------------------------------------------------------------------------------------------


def quota(entity: Entity, user: Any, tab: str) -> str:
    """What one may still claim, above the list of a sea."""
    if entity.label not in poolings() or not is_sea(tab):
        return ""
    known, chosen = seas(), pool_of_tab(tab, entity.label)
    pools = [chosen] if chosen is not None else known.of_entity(entity.label)
    said = [text for pool in pools if known.joined_by(user.pk, pool) and (text := _quota_of(entity, pool, user))]
    if not said:
        return ""
    return format_html('<span class="hint">{} {}</span>', icon("hand-grab"), " · ".join(said))


def _quota_of(entity: Entity, pool: Any, user: Any) -> str:
    parts = []
    if pool.claims_per_day:
        facts = {"number": claimed_today(entity.label, pool, user), "most": pool.claims_per_day}
        parts.append(str(_("claimed today %(number)s of %(most)s") % facts))
    if pool.holds_most:
        parts.append(
            str(_("held %(number)s of %(most)s") % {"number": held(entity, pool, user), "most": pool.holds_most})
        )
    if not parts:
        return ""
    return str(_("%(pool)s: %(parts)s") % {"pool": pool.name, "parts": str(_(", ")).join(parts)})


# -- what follows from a step of the stage -----------------------------------------------------------------------------


def _advanced(entity: Entity, *, record: Any, diff: Mapping[str, Any], **more: Any) -> None:
    pooling = poolings()[entity.label]
    if not pooling.stage or pooling.stage not in diff:
        return
    facts = dict.fromkeys(pooling.steps_of(*diff[pooling.stage]), timezone.now())
    if facts:
        settle(entity.model, record.pk, **facts)
