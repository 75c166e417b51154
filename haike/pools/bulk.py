"""Claim, assign and return as bulk acts: with the numbers before, a job for many, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS, Act
from haike.bulk.forms import FORMS, ActForm
from haike.bulk.run import BulkRun
from haike.bulk.work import start_run
from haike.bulk.write import Outcome, allowed_keys
from haike.kernel.entity import Entity
from haike.kernel.fields import LongText, Pick
from haike.kernel.look import Look, ManyLook, look_for
from haike.pools.actions import assign_many, claim_many, give_back_many
from haike.pools.assignment.apply import assign_by_rules
from haike.pools.assignment.arrival import ASSIGNED, in_use
from haike.pools.assignment.record import HAND as CHOSEN
from haike.pools.deal_out import HAND, HOWS, deal_out
from haike.pools.look import HowLook, PoolChoiceLook
from haike.pools.pool.record import Pool
from haike.pools.pooling import poolings, return_label
from haike.pools.seas import seas
from haike.pools.tabs import is_sea, pool_of_tab
from haike.refused import Refused
from haike.said import said
from haike.screens.acts import person_look
from haike.talk.where import active_users

CLAIM, ASSIGN, RETURN = "sea-claim", "sea-assign", "sea-return"


def joins_any(entity: Entity, user: Any) -> bool:
    """Whether the user may claim from any pool of this kind of record."""
    known = seas()
    return any(known.joined_by(user.pk, pool) for pool in known.of_entity(entity.label))


def _in_sea(entity: Entity, user: Any, tab: str) -> bool:
    return entity.label in poolings() and is_sea(tab) and joins_any(entity, user)


def _may_assign(entity: Entity, user: Any, tab: str) -> bool:
    return entity.label in poolings() and is_sea(tab) and entity.policy.may(user, "transfer")


def _outside(entity: Entity, user: Any, tab: str) -> bool:
    return entity.label in poolings() and not is_sea(tab) and bool(seas().of_entity(entity.label))


def _claim(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return claim_many(entity, keys, by=by, batch=run.batch)


def _assign(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    people = list(get_user_model()._default_manager.filter(pk__in=run.values["people"]).order_by("pk"))
    owners = deal_out(entity, run.values["how"], keys, people, seed=run.pk, offset=run.done)
    return assign_many(entity, owners, by=by, batch=run.batch)


def _give_back(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    to = seas().pools.get(run.values.get("pool"))
    note = run.values.get("note", "")
    return give_back_many(entity, keys, reason=run.values["reason"], note=note, to=to, by=by, batch=run.batch)


def _by_rules(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    may = set(allowed_keys(entity, keys, by, ("transfer",)))
    return assign_by_rules(entity, keys, why=CHOSEN, by=by, batch=run.batch, only=may)


def _ruled(entity: Entity, user: Any, tab: str) -> bool:
    return entity.label in poolings() and entity.label in in_use()


class ReturnForm(ActForm):
    """Asks why, and where to when it shall not be where each belongs."""

    def looks(self) -> dict[str, Look]:
        return return_looks(self.entity)

    def understand(self, request: HttpRequest) -> bool:
        self.values = returned(self.typed.values)
        facts = {"kind": self.entity.label_plural, "pool": poolings()[self.entity.label].said}
        self.title = said(_("Return %(kind)s to the %(pool)s"), **facts)
        return True


class AssignForm(ActForm):
    """Asks how, and for the new owner or for those among whom the records are dealt out."""

    def __init__(self, entity: Entity, user: Any, act: Act) -> None:
        super().__init__(entity, user, act)
        self.typed.start({"how": HAND})

    def looks(self) -> dict[str, Look]:
        owner = person_look(self.entity, _("To whom"))
        owner.required, owner.help = False, _("Only for “by hand”.")
        people = ManyLook("people", _("Among whom"), field=Pool._meta.get_field("members"))
        people.help = _("Empty: all members of the pool.")
        return {"how": HowLook(), "owner": owner, "people": people}

    def understand(self, request: HttpRequest) -> bool:
        typed, how = self.typed.values, self.typed.values.get("how") or HAND
        if how == HAND and not typed.get("owner"):
            self.typed.errors["owner"] = str(_("Choose to whom."))
            return False
        people = [typed["owner"]] if how == HAND else typed.get("people") or self._members(request.GET.get("tab", ""))
        people = [person for person in people if person.is_active and person.deleted_at is None]
        if not people:
            self.typed.errors["people"] = str(_("Choose at least one person."))
            return False
        self.values = {"how": how, "people": sorted(person.pk for person in people)}
        facts = {"kind": self.entity.label_plural, "name": people[0], "how": HOWS[how]}
        text = _("Assign %(kind)s to %(name)s") if how == HAND else _("Assign %(kind)s: %(how)s")
        self.title = said(text, **facts)
        return True

    def _members(self, tab: str) -> list[Any]:
        known, chosen = seas(), pool_of_tab(tab, self.entity.label)
        pools = [chosen] if chosen is not None else known.open_to(self.user, self.entity.label)
        keys = {key for pool in pools for key in known.members[pool.pk]}
        return [active for key, active in active_users().items() if key in keys]


def return_looks(entity: Entity) -> dict[str, Look]:
    """The inputs of a return."""
    reason, note = Pick("pool_reason", _("Reason")), LongText(_("Remark"), max_length=500)
    reason.set_attributes_from_name("reason")
    note.set_attributes_from_name("note")
    found = {"reason": look_for(reason), "note": look_for(note)}
    if len(seas().of_entity(entity.label)) > 1:
        found["pool"] = PoolChoiceLook(entity.label)
    return found


def returned(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as plain data."""
    return {"reason": typed["reason"], "note": typed.get("note") or "", "pool": typed.get("pool")}


ACTS[CLAIM] = Act(
    CLAIM, _("Claim"), icon="hand-grab", needs=(), write=_claim, fits=_in_sea, said=_("%(count)s are yours now.")
)
ACTS[ASSIGN] = Act(
    ASSIGN, _("Assign"), icon="user-plus", needs=("transfer",), write=_assign, fits=_may_assign,
    said=_("%(count)s assigned."),
)  # fmt: skip
ACTS[RETURN] = Act(
    RETURN, _("Return to the pool"), icon="ripple", needs=("edit",), write=_give_back, fits=_outside,
    names=return_label, said=_("%(count)s returned to the pool."),
)  # fmt: skip
ACTS[ASSIGNED] = Act(
    ASSIGNED, _("Assign by rule"), icon="route", needs=("transfer",), write=_by_rules, fits=_ruled,
    said=_("%(count)s assigned."),
)  # fmt: skip
FORMS[ASSIGN], FORMS[RETURN] = AssignForm, ReturnForm


def run_one(entity: Entity, act: str, key: int, values: dict[str, Any], title: str, *, by: Any) -> BulkRun:
    """The same for one record; a refusal is the caller's."""
    run = start_run(entity, ACTS[act], [key], values, title, by=by)
    refusal = run.refusals.first()
    if refusal is not None:
        raise Refused(refusal.reason)
    return run
