"""Putting chosen rows, or everything found, into a static group, and taking them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS, Act
from haike.bulk.forms import FORMS, ActForm
from haike.bulk.run import BulkRun
from haike.bulk.undo import UNDOERS
from haike.bulk.write import GONE, Outcome, allowed_keys
from haike.digits import whole
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import Look, TextLook
from haike.kernel.look.base import Raw, one
from haike.kernel.look.choice import ChoiceLook
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.said import said
from haike.segments.offered import is_offered
from haike.segments.segment.members import join, leave, undo_members
from haike.segments.segment.record import STATIC, Segment

ADD, REMOVE = "segment-add", "segment-remove"


def filled_by(user: Any, entity: Entity) -> Any:
    """The static groups of one kind of record that somebody may fill."""
    rows = Segment.objects.visible_to(user, "edit").filter(entity=entity.label, manner=STATIC, archived_at=None)
    return rows.order_by("name", "id")


class GroupLook(ChoiceLook):
    """One of the groups that the user may fill; the value is its key."""

    def __init__(self, entity: Entity, user: Any) -> None:
        super().__init__("segment", _("Customer group"))
        self.groups = {str(each.pk): each.name for each in filled_by(user, entity)}
        self.required = False

    def options(self, *, new: bool = False) -> dict[str, str]:
        return self.groups

    def parse(self, raw: Raw, by: Actor) -> Any:
        key = whole(one(raw).strip())
        if one(raw).strip() and str(key) not in self.groups:
            raise Refused(_("This group is not there any more, or not shared with you."))
        return key


class AddForm(ActForm):
    """Asks for a group, or for the name of a new one."""

    def looks(self) -> dict[str, Look]:
        found: dict[str, Look] = {"segment": GroupLook(self.entity, self.user)}
        if entity_of(Segment).policy.may(self.user, "create"):
            name = TextLook("name", _("Or a new group"))
            name.required, name.max_length = False, Segment._meta.get_field("name").max_length
            found["name"] = name
        return found

    def understand(self, request: HttpRequest) -> bool:
        segment, name = self.typed.values.get("segment"), self.typed.values.get("name") or ""
        if bool(segment) == bool(name):
            text = _("Choose a group or name a new one, not both.") if segment else _("Choose a group.")
            self.typed.errors["segment"] = str(text)
            return False
        self.values = {"segment": segment, "name": name}
        told = name or self.typed.looks["segment"].text(segment)
        self.title = said(_("Into the group “%(name)s”"), name=told)
        return True


class RemoveForm(ActForm):
    """Asks for the group."""

    def looks(self) -> dict[str, Look]:
        look = GroupLook(self.entity, self.user)
        look.required = True
        return {"segment": look}

    def understand(self, request: HttpRequest) -> bool:
        segment = self.typed.values.get("segment")
        if not segment:
            self.typed.errors["segment"] = str(_("Choose a group."))
            return False
        self.values = {"segment": segment}
        told = self.typed.looks["segment"].text(segment)
        self.title = said(_("Out of the group “%(name)s”"), name=told)
        return True


def _group(run: BulkRun, entity: Entity, by: Any) -> Segment:
    if not run.values.get("segment"):
        made = entity_of(Segment).create(by=by, name=run.values["name"], entity=entity.label, manner=STATIC)
        run.values["segment"] = made.pk
        BulkRun.objects.filter(pk=run.pk).update(values=run.values)
    segment = filled_by(by, entity).filter(pk=run.values["segment"]).first()
    if segment is None:
        raise Refused(_("This group is not there any more, or not shared with you."))
    return segment


def _outcome(entity: Entity, keys: Sequence[int], changed: int, by: Any) -> Outcome:
    seen = allowed_keys(entity, keys, by, ())
    refused = {key: Refused(GONE) for key in keys if key not in seen}
    return Outcome(changed=changed, same=len(keys) - changed - len(refused), refused=refused)


def _add(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return _outcome(entity, keys, join(_group(run, entity, by), keys, by=by, batch=run.batch_id), by)


def _remove(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return _outcome(entity, keys, leave(_group(run, entity, by), keys, by=by, batch=run.batch_id), by)


def _fits_add(entity: Entity, user: Any, tab: str) -> bool:
    policy = entity_of(Segment).policy
    return is_offered(entity.label) and (policy.may(user, "edit") or policy.may(user, "create"))


def _fits_remove(entity: Entity, user: Any, tab: str) -> bool:
    return is_offered(entity.label) and entity_of(Segment).policy.may(user, "edit")


ACTS[ADD] = Act(
    ADD, _("Into a group"), icon="users-plus", needs=("view",), write=_add, fits=_fits_add,
    said=_("%(count)s are in the group now."),
)  # fmt: skip
ACTS[REMOVE] = Act(
    REMOVE, _("Out of a group"), icon="users-minus", needs=("view",), write=_remove, fits=_fits_remove,
    said=_("%(count)s taken out of the group."),
)  # fmt: skip
FORMS[ADD], FORMS[REMOVE] = AddForm, RemoveForm
UNDOERS[ADD] = UNDOERS[REMOVE] = undo_members
