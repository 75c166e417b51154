"""Giving what a user owns to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.utils.translation import gettext_lazy as _

from haike.jobs.declare import job
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_named
from haike.kernel.events import announce
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.people.grants import organisation
from haike.people.user.holdings import holdings_of
from haike.people.user.record import User
from haike.progress import report
from haike.refused import Refused
from haike.said import said

SIGNED = option(
    "people.handover_signed",
    False,
    _("A second person has to agree to hand-overs"),
    group=_("Hand-over"),
    help=_("Somebody else who manages the person; who prepared it cannot agree himself."),
)


def hand_over(user: User, *, to: User, kinds: Iterable[str], by: Actor) -> None:
    """Give the records of these kinds to a colleague, as a job; each kind is a batch that can be undone."""
    if SIGNED():
        raise Refused(_("A second person has to agree to hand-overs. Use “Leave or hand over” on the person's page."))
    if to.pk == user.pk:
        raise Refused(fields={"to": _("%(name)s has them already. Choose a colleague.") % {"name": user}})
    if not to.is_active or to.deleted_at is not None:
        raise Refused(fields={"to": _("This account is closed. Choose somebody who works here.")})
    known = {holding.entity for holding in holdings_of(user, by=by) if holding.movable}
    chosen = [kind for kind in dict.fromkeys(kinds) if kind in known]
    if not chosen:
        raise Refused(_("Choose at least one kind of records."))
    hand_over_records.enqueue(user=user.pk, to=to.pk, kinds=chosen, by=cast(int, by.pk))


@job(title=_("Hand over records"), slow=True, attempts=1)
def hand_over_records(*, user: int, to: int, kinds: list[str], by: int) -> dict[str, int]:
    """Write the new owner into record after record; what the giver may not give away stays."""
    giver: User = organisation().users[by]
    heir = User.objects.live().get(pk=to)
    from_whom = User._base_manager.get(pk=user)
    moved: dict[str, int] = {}
    for kind in kinds:
        entity = entity_named(kind)
        if entity is None:
            continue
        rows = entity.model.objects.visible_to(giver, "transfer").filter(owner_id=user)
        keys = list(rows.values_list("pk", flat=True))
        title = said(_("%(kind)s from %(user)s to %(to)s"), kind=entity.label_plural, user=from_whom, to=heir)
        batch = start_batch(entity, "transfer", title, by=giver)
        moved[kind] = 0
        for place, pk in enumerate(keys, start=1):
            record = entity.model.objects.filter(pk=pk, owner_id=user).first()
            if record is not None:
                entity.change(record, by=giver, batch=batch, owner=heir)
                moved[kind] += 1
            report(place, len(keys), str(entity.label_plural))
        batch.changed = moved[kind]
        batch.save(update_fields=["changed"])
        announce("kernel.batch.done", entity=entity, batch=batch, by=giver)
    return moved
