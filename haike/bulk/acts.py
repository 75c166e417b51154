"""What can be done with many records at once: who may, and how some of them are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from haike.bulk.run import BulkRun
from haike.bulk.write import (
    Outcome,
    Values,
    archive_many,
    change_many,
    demand_fields,
    remove_many,
    restore_many,
    share_many,
)
from haike.find.prepared import among
from haike.kernel.entity import Entity
from haike.kernel.log import Change
from haike.kernel.look import Look, NumberLook
from haike.refused import Refused

HOWS = {"set": _("Set to"), "empty": _("Empty"), "add": _("Add to it"), "multiply": _("Multiply by")}
NUMBERS = ("add", "multiply")


@dataclass(frozen=True)
class Act:
    """One kind of act. `needs` are the rights to each record; `write(run, keys, by)` treats some of the records."""

    key: str
    label: Any
    icon: str
    needs: tuple[str, ...]
    write: Callable[[BulkRun, Entity, Sequence[int], Any], Outcome]
    danger: bool = False
    hanging: bool = True
    """Whether it makes sense for records that hang on another one."""
    fits: Callable[[Entity, Any, str], bool] | None = None
    """Whether it is offered for this entity and user on this tab of the list."""
    said: Any = ""
    """What is said when it is done, with %(count)s."""
    names: Callable[[Entity], Any] | None = None
    """What it is called for an entity, where that differs from one to another."""

    def name_for(self, entity: Entity) -> Any:
        """What buttons and dialogs call it."""
        return self.label if self.names is None else self.names(entity)

    def offered(self, entity: Entity, user: Any, tab: str = "all") -> bool:
        """Whether the user may do this to any record of this kind."""
        if (entity.parent and not self.hanging) or (self.fits is not None and not self.fits(entity, user, tab)):
            return False
        return all(entity.policy.may(user, need) for need in self.needs)


def editable_fields(entity: Entity, user: Any) -> dict[str, Look]:
    """The fields that many records can be given at once: no file, nothing that must differ, no owner."""
    return {
        name: look
        for name, look in entity.editable_by(user, made=True).items()
        if name != "owner" and not look.by_file and not look.unique
    }


def hows(look: Look) -> dict[str, Any]:
    """The ways in which a field can be changed."""
    found = {"set": HOWS["set"]}
    if not look.required and look.kind != "yesno":
        found["empty"] = HOWS["empty"]
    if isinstance(look, NumberLook):
        found |= {name: HOWS[name] for name in NUMBERS}
    return found


def read_edit(entity: Entity, user: Any, values: dict[str, Any]) -> tuple[Look, Callable[[Any], Any]]:
    """The field of an edit, and what gives a record its new value; refuses what no record could take."""
    name, how = values["field"], values["how"]
    look = editable_fields(entity, user).get(name)
    if look is None:
        demand_fields(entity, [name] if name in entity.looks else [], user)
        raise Refused(_("You may not change this field."))
    if how not in hows(look):
        raise Refused(_("This field cannot be changed that way."))
    if how == "empty":
        nothing = look.from_json([] if look.multiple else None, user)
        return look, lambda __: nothing
    if how == "set":
        value = look.from_json(values["value"], user)
        if look.blank(value):
            raise Refused(_("Enter a value, or choose “Empty”."))
        return look, lambda __: value
    return look, partial(_calculated, look, how, Decimal(str(values["value"])))


def _calculated(look: Look, how: str, number: Decimal, record: Any) -> Any:
    present = look.get(record)
    if present is None:
        raise Refused(_("The field is empty; there is nothing to calculate with."))
    found = Decimal(present) + number if how == "add" else Decimal(present) * number
    places = getattr(look, "places", 0) or 0
    found = found.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return look.from_json(str(found), None)  # type: ignore[arg-type]


def changed_since(run: BulkRun, entity: Entity, keys: Iterable[int], name: str, by: Any) -> dict[int, str]:
    """Records whose field others changed after the asker saw it: key and name of who did."""
    rows = Change.objects.filter(among(Change, keys, "record_id"), entity=entity.label, at__gt=run.seen_at)
    rows = rows.filter(action__in=("change", "undo"))
    others = rows.exclude(by_id=by.pk).order_by("id").values_list("record_id", "by_name", "diff")
    return {key: who for key, who, diff in others if name in diff}


def _change(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any, name: str, value: Any, needs: Any) -> Outcome:
    taken = changed_since(run, entity, keys, name, by)

    def make(record: Any) -> Values:
        if record.pk in taken:
            who = taken[record.pk] or _("Somebody else")
            raise Refused(_("%(who)s changed this field in the meantime; it stays.") % {"who": who})
        return {name: value(record)}

    return change_many(entity, keys, make, (name,), by=by, batch=run.batch, actions=needs)


def _edit(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    look, value = read_edit(entity, by, run.values)
    return _change(run, entity, keys, by, look.name, value, ("bulk", "edit"))


def _person(pk: int) -> Any:
    return get_user_model()._default_manager.get(pk=pk)


def _transfer(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    owner = _person(run.values["owner"])
    return _change(run, entity, keys, by, "owner", lambda __: owner, ("transfer",))


def _share(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    user, can_write = _person(run.values["user"]), bool(run.values["can_write"])
    return share_many(entity, keys, user=user, can_write=can_write, by=by, batch=run.batch)


def _delete(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return remove_many(entity, keys, by=by, batch=run.batch)


def _restore(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return restore_many(entity, keys, by=by, batch=run.batch)


def _is_open(entity: Entity, user: Any, tab: str) -> bool:
    return not entity.once or bool(editable_fields(entity, user))


def _archive(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return archive_many(entity, keys, by=by, batch=run.batch, away=True)


def _unarchive(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return archive_many(entity, keys, by=by, batch=run.batch, away=False)


ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act("edit", _("Edit"), icon="pencil", needs=("bulk", "edit"), write=_edit, fits=_is_open),
        Act("transfer", _("Transfer"), icon="user-share", needs=("transfer",), write=_transfer, hanging=False),
        Act("share", _("Share"), icon="users", needs=("share",), write=_share, hanging=False),
        Act("archive", _("Archive"), icon="archive", needs=("edit",), write=_archive),
        Act("unarchive", _("Take out of the archive"), icon="archive-off", needs=("edit",), write=_unarchive),
        Act("restore", _("Restore"), icon="restore", needs=("restore",), write=_restore),
        Act("delete", _("Delete"), icon="trash", needs=("delete",), write=_delete, danger=True),
    )
}
"""By key; rooms below add theirs, and what those ask to FORMS."""
