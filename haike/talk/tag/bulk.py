"""Tagging chosen rows, or everything found, and taking tags off them; an undo knows what the act has done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS, Act
from haike.bulk.forms import FORMS, ActForm
from haike.bulk.run import BulkRun
from haike.bulk.undo import UNDOERS, Undone, begin_undo
from haike.bulk.write import GONE, Outcome, allowed_keys
from haike.kernel.entity import Entity
from haike.kernel.log import Batch
from haike.kernel.look import Look, TextLook, YesNoLook
from haike.refused import Refused
from haike.said import said
from haike.talk.tag.actions import CHUNK, make_tag, put_back, tag_many
from haike.talk.tag.look import TagsLook
from haike.talk.tag.record import COLOURS, LONGEST_NAME, TagMove, tags_for
from haike.talk.where import is_served

HANG, TAKE = "tag", "untag"
NO_RIGHT = _("Tags of the company need the right to edit the record.")


class TakeForm(ActForm):
    """Asks which tags go."""

    doing = _("Take tags off: %(names)s")

    def looks(self) -> dict[str, Look]:
        look = TagsLook(self.entity.label).for_reader(self.user)
        look.editable = True
        return {"tags": look}

    def understand(self, request: HttpRequest) -> bool:
        chosen = self.typed.values.get("tags") or []
        self.values = {"tags": [tag.id for tag in chosen]}
        return self._named([tag.name for tag in chosen])

    def _named(self, names: list[str]) -> bool:
        if not names:
            self.typed.errors["tags"] = str(_("Choose a tag."))
            return False
        self.title = said(self.doing, names="、".join(names))
        return True


class HangForm(TakeForm):
    """Asks for tags, or for the name of a new one."""

    doing = _("Add tags: %(names)s")

    def looks(self) -> dict[str, Look]:
        name = TextLook("name", _("Or a new tag"))
        name.required, name.max_length = False, LONGEST_NAME
        found = {**super().looks(), "name": name}
        if self.user.grants.may_do("tags"):
            found["shared"] = YesNoLook("shared", _("The new tag is for everybody in the company"))
        return found

    def understand(self, request: HttpRequest) -> bool:
        chosen, name = self.typed.values.get("tags") or [], self.typed.values.get("name") or ""
        self.values = {"tags": [tag.id for tag in chosen]}
        if name:
            self.values |= {"name": name, "shared": bool(self.typed.values.get("shared"))}
        return self._named([*(tag.name for tag in chosen), *([name] if name else [])])


def _tags(run: BulkRun, by: Any) -> list[int]:
    """The keys of the tags that the act is about; a new one is made when the act begins."""
    if name := run.values.get("name"):
        known = [tag for tag in tags_for(by).values() if tag.name == name]
        pk = known[0].id if known else make_tag(name, colour=COLOURS[0][0], shared=run.values["shared"], by=by).pk
        run.values = {"tags": list(dict.fromkeys([*run.values["tags"], pk]))}
        BulkRun.objects.filter(pk=run.pk).update(values=run.values)
    return [int(pk) for pk in run.values["tags"]]


def _write(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any, *, hang: bool) -> Outcome:
    chosen, known = _tags(run, by), tags_for(by)
    seen = allowed_keys(entity, keys, by, ())
    shared = any(known[pk].owner_id is None for pk in chosen if pk in known)
    free = allowed_keys(entity, seen, by, ("edit",)) if shared else seen
    changed = tag_many(
        entity, sorted(free), add=chosen if hang else (), remove=() if hang else chosen, by=by, batch=run.batch
    )
    refused = {key: Refused(NO_RIGHT if key in seen else GONE) for key in keys if key not in free}
    return Outcome(changed=len(changed), same=len(free) - len(changed), refused=refused)


def _hang(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return _write(run, entity, keys, by, hang=True)


def _take(run: BulkRun, entity: Entity, keys: Sequence[int], by: Any) -> Outcome:
    return _write(run, entity, keys, by, hang=False)


def undo_tags(entity: Entity, batch: Batch, *, by: Any, dry: bool, force: bool, begun: bool) -> Undone:
    """Take back what a bulk act did to tags; what somebody has hung or taken off since stays as it is."""
    moves = TagMove.objects.filter(batch=batch.pk)
    keys = list(moves.order_by("record_id").values_list("record_id", flat=True).distinct())
    if dry:
        return Undone(reverted=len(keys))
    if not begun:
        begin_undo(batch, by=by)
    found = Undone()
    for start in range(0, len(keys), CHUNK):
        back, kept = put_back(entity, batch, keys[start : start + CHUNK], by=by)
        found.reverted += back
        found.conflicts += kept
    Batch.objects.filter(pk=batch.pk).update(undone_at=timezone.now(), undone_by=by.pk, kept=found.conflicts)
    return found


def _fits(entity: Entity, user: Any, tab: str) -> bool:
    return is_served(entity)


def _fits_take(entity: Entity, user: Any, tab: str) -> bool:
    return is_served(entity) and bool(tags_for(user))


ACTS[HANG] = Act(
    HANG, _("Add tags"), icon="tag", needs=("view",), write=_hang, fits=_fits, said=_("%(count)s are tagged."),
)  # fmt: skip
ACTS[TAKE] = Act(
    TAKE, _("Take tags off"), icon="tag-off", needs=("view",), write=_take, fits=_fits_take,
    said=_("Tags are taken off %(count)s."),
)  # fmt: skip
FORMS[HANG], FORMS[TAKE] = HangForm, TakeForm
UNDOERS[HANG] = UNDOERS[TAKE] = undo_tags
