"""Saving a layout and putting it back; each stands in the change log."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.fields.layout.held import layouts_changed, shipped_of
from haike.fields.layout.plan import Plan, Shipped
from haike.fields.layout.record import Layout
from haike.kernel.entity import Entity
from haike.kernel.log import FIELD_LABELS, Change, origin
from haike.kernel.policy import Actor
from haike.refused import Conflict
from haike.screens.tabs import PLACES, panels_of, tab_label, tabs_of

LABEL = "fields.layout"
FIELD_LABELS |= {
    "layout_sections": _("Sections"),
    "layout_unused": _("Fields not used"),
    "layout_required": _("Demanded here"),
    "layout_tabs": _("Tabs of the page"),
    "layout_panels": _("Panels of the page"),
}


def present(entity: Entity, line: str) -> tuple[Plan, int]:
    """The layout as it stands, and its version, 0 for one that was never made; a line begins with the general one."""
    shipped = shipped_of(entity)
    rows = {each.line: each for each in Layout.objects.filter(entity=entity.label, line__in=("", line))}
    version = rows[line].version if line in rows else 0
    for key in (line, ""):
        if key in rows and rows[key].plan:
            return Plan.of(rows[key].plan).settle(shipped), version
    return Plan.shipped(shipped), version


def save_layout(entity: Entity, line: str, plan: Plan | None, *, version: int, by: Actor) -> Layout:
    """Keep a layout, None for the shipped one; raises Conflict when somebody else has saved since `version`."""
    shipped = shipped_of(entity)
    try:
        with transaction.atomic():
            row = Layout.objects.select_for_update().filter(entity=entity.label, line=line).first()
            if (row.version if row else 0) != version:
                raise _conflict(row)
            before, __ = present(entity, line)
            row = row or Layout(entity=entity.label, line=line, version=0)
            row.plan = with_absent(plan.settle(shipped).data(), row.plan, shipped) if plan else {}
            row.version += 1
            row.save()
            after, __ = present(entity, line)
            _note(entity, row, "change" if plan else "restore", differences(entity, shipped, before, after), by)
            layouts_changed()
    except IntegrityError as error:  # two made the first one at the same moment
        raise _conflict(Layout.objects.filter(entity=entity.label, line=line).first()) from error
    return row


def with_absent(plan: dict[str, Any], kept: dict[str, Any], shipped: Shipped) -> dict[str, Any]:
    """The plan with what was hidden and is not there now: its module is off, and may be switched on again."""
    for name, there in (("tabs_off", shipped.tabs), ("panels_off", shipped.panels)):
        plan[name] += [key for key in kept.get(name, []) if key not in there]
    return plan


def _conflict(row: Layout | None) -> Conflict:
    return Conflict(
        _("Somebody else has changed this layout in the meantime. Save again to put yours, or load it anew."),
        current=row,
    )


def differences(entity: Entity, shipped: Shipped, before: Plan, after: Plan) -> dict[str, list[str]]:
    """What changed, in words, for the change log."""
    old, new = _told(entity, shipped, before), _told(entity, shipped, after)
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def _told(entity: Entity, shipped: Shipped, plan: Plan) -> dict[str, str]:
    looks, tabs = entity.looks, tabs_of(entity)
    panels = {panel.key: str(panel.label) for panel in panels_of(entity, *PLACES)}

    def words(names: Any) -> str:
        return "、".join(str(looks[name].label) for name in names if name in looks)

    return {
        "layout_sections": " | ".join(f"{shipped.label(part)}: {words(part.fields)}" for part in plan.parts),
        "layout_unused": words(plan.unused),
        "layout_required": words(plan.required),
        "layout_tabs": "、".join(str(tab_label(tabs[key])) for key in plan.tabs if key not in plan.tabs_off),
        "layout_panels": "、".join(panels[key] for key in plan.panels if key not in plan.panels_off),
    }


def _note(entity: Entity, row: Layout, action: str, diff: dict[str, Any], by: Actor) -> None:
    Change(
        entity=LABEL,
        record_id=row.pk,
        at=timezone.now(),
        by_id=by.pk,
        by_name=getattr(by, "name", ""),
        origin=origin.get(),
        action=action,
        version=row.version,
        diff={entity.label: ["", " ".join(filter(None, (str(entity.label_plural), row.line)))], **diff},
    ).save(force_insert=True)
