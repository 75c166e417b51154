"""Acts on the chosen rows of a list."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.log import Batch
from haike.kernel.selection import Selection, check_ids
from haike.refused import Refused
from haike.screens.door import done, entity_view
from haike.screens.form import FormPage
from haike.screens.list import STATE

MOST_AT_ONCE = 1000


def chosen_rows(request: HttpRequest, entity: Entity, action: str) -> list[Any]:
    """The records that were ticked, or everything found; only those on which the user may act."""
    user = cast(Any, request.user)
    data = request.POST if request.method == "POST" else request.GET
    if data.get("everything"):
        query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
        keys = []
        for key in Selection.from_query(entity, user, query).find.ids():
            keys.append(key)
            if len(keys) > MOST_AT_ONCE:
                break
    else:
        keys = check_ids(data.get("ids", ""))
    if not keys:
        raise Refused(_("Choose some rows first."))
    if len(keys) > MOST_AT_ONCE:
        raise Refused(_("At most %(most)s records at once; narrow the list.") % {"most": f"{MOST_AT_ONCE:,}"})
    return list(entity.model.objects.visible_to(user, action).filter(pk__in=keys))


@entity_view("bulk_delete", "delete")
def delete_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Move the chosen rows to the recycle bin: all or none."""
    user = cast(Any, request.user)
    records = chosen_rows(request, entity, "delete")
    if request.method == "POST" and request.POST.get("sure"):
        delete_all(entity, records, by=user)
        message = _("%(count)s moved to the recycle bin.") % {"count": len(records)}
        return done(request, message, entity.url)
    form = FormPage(
        title=_("Move %(count)s to the recycle bin?") % {"count": len(records)},
        action=f"/{entity.slug}/bulk/delete",
        sections=[],
        hidden={"ids": ",".join(str(record.pk) for record in records), "sure": "1"},
        buttons=[{"label": _("Delete"), "primary": True, "name": "", "value": ""}],
        back_url=entity.url,
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": form})


def delete_all(entity: Entity, records: list[Any], *, by: Any) -> Batch:
    """Delete several records as one batch."""
    with transaction.atomic():
        batch = Batch.objects.create(
            kind="delete",
            entity=entity.label,
            title=str(_("Delete %(name)s") % {"name": entity.label_plural}),
            at=timezone.now(),
            by=by,
            changed=len(records),
        )
        for record in records:
            entity.remove(record, by=by)
    return batch
