"""Settings → layout: the kinds of records, and the page on which one is arranged."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.fields.layout import actions
from haike.fields.layout.held import shipped_of
from haike.fields.layout.plan import LONGEST_NAME, MOST_SECTIONS, Part, Plan, Shipped
from haike.fields.layout.preview import SHOWN, preview
from haike.fields.layout.record import Layout
from haike.fields.own_field.views import in_order, settings_of
from haike.kernel.entity import Entity
from haike.kernel.look import ChoiceLook
from haike.people.pages import demand_grant
from haike.refused import Conflict, Refused
from haike.screens.door import done
from haike.screens.layout import may_require
from haike.screens.tabs import PLACES, panels_of, tab_label, tabs_of
from haike.sheets.values import clean_text


def url_of(entity: Entity, line: str = "") -> str:
    """The page on which an entity's layout is arranged."""
    return f"/settings/layout/{entity.slug}/{'?' + urlencode({'line': line}) if line else ''}"


def lines_of(entity: Entity) -> dict[str, str]:
    """The business lines of an entity: codes and words."""
    look = entity.looks.get(entity.lines)
    return look.options() if isinstance(look, ChoiceLook) else {}


def entities_view(request: HttpRequest) -> HttpResponse:
    """Every kind of record, and whether its layout is the shipped one."""
    demand_grant(request, "settings")
    made: dict[str, int] = {}
    for row in Layout.objects.exclude(plan={}):
        made[row.entity] = made.get(row.entity, 0) + 1
    cards = [
        {
            "label": entity.label_plural,
            "icon": entity.icon,
            "url": url_of(entity),
            "made": made.get(entity.label, 0),
            "lines": len(lines_of(entity)),
        }
        for entity in in_order()
    ]
    return render(request, "fields/layouts.html", {"cards": cards})


@settings_of
def design_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The designer: each act sends the whole plan and gets it back rearranged; only "save" keeps it."""
    lines = lines_of(entity)
    line = request.GET.get("line", "")
    if line not in lines:
        line = ""
    shipped = shipped_of(entity)
    status, said, wrong = 200, "", ""
    if request.method == "POST":
        plan, version = read(request.POST).settle(shipped), whole(request.POST.get("version", "")) or 0
        try:
            if request.POST.get("act") in ("save", "reset"):
                kept = plan if request.POST["act"] == "save" else None
                actions.save_layout(entity, line, kept, version=version, by=cast(Any, request.user))
                message = _("The layout is saved; everybody sees it at once.") if kept else _("As shipped again.")
                return done(request, message, url_of(entity, line), go=True)
            said = str(act(entity, shipped, plan, request.POST))
        except Conflict as no:
            status, wrong = 409, str(no)
            version = no.current.version if no.current else 0
        except Refused as no:
            status, wrong = 422, str(no)
    else:
        plan, version = actions.present(entity, line)
    unsaved = request.method == "POST" and not plan.same_as(actions.present(entity, line)[0])
    looked, wanted, name = request.POST.get("preview", ""), *request.POST.get("act", "").partition(":")[::2]
    looked = name if wanted == "preview" else looked
    own = Layout.objects.filter(entity=entity.label, line=line).exclude(plan={}).exists()
    context = {
        "entity": entity,
        "url": url_of(entity, line),
        "line": line,
        "lines": [{"label": _("All business lines"), "url": url_of(entity), "active": not line}]
        + [{"label": word, "url": url_of(entity, code), "active": code == line} for code, word in lines.items()],
        "others": [{"label": each.label_plural, "url": url_of(each), "active": each is entity} for each in in_order()],
        "version": version,
        "own": own,
        "said": said,
        "wrong": wrong,
        "unsaved": unsaved,
        "looked": looked if looked in SHOWN else "",
        "opened": wanted == "preview",
        "preview": preview(request, entity, line, plan, looked) if looked in SHOWN else None,
        **shown(entity, shipped, plan, request.POST.get("act", ""), shut(request, plan)),
    }
    template = "fields/layout.html#design" if getattr(request, "htmx", False) else "fields/layout.html"
    return render(request, template, context, status=status)


MANY_FIELDS, MANY_TABS = 24, 8


def shut(request: HttpRequest, plan: Plan) -> set[str]:
    """The sections and places whose cards the designer folds away: what the user has folded; at first, where there are
    many, all but the first section, for a page of all of them is too long to find one's way."""
    if request.method != "POST":
        many = sum(len(part.fields) for part in plan.parts) > MANY_FIELDS
        found = {part.key for part in plan.parts[1:]} if many else set()
        return found | {"place-tab"} if len(plan.tabs) > MANY_TABS else found
    verb, __, name = request.POST.get("act", "").partition(":")
    if verb == "fold":
        return (
            {part.key for part in plan.parts} | {f"place-{place}" for place in PLACE_LABELS} if name == "all" else set()
        )
    part = plan.part_of(name)
    # What was just moved is to be seen where it stands now.
    return set(request.POST.getlist("shut")) - ({part.key} if part is not None else set())


def shown(entity: Entity, shipped: Shipped, plan: Plan, pressed: str, folded: set[str]) -> dict[str, Any]:
    """The plan as the page shows it; the button that was pressed has the focus again."""
    looks = entity.looks
    verb, __, target = pressed.partition(":")

    def card(name: str) -> dict[str, Any]:
        look = looks[name]
        return {
            "name": name,
            "label": look.label,
            "focus": verb if name == target else "",
            "needed": name in shipped.needed,
            "required": name in plan.required,
            "may_require": may_require(look) and not look.required,
        }

    parts = [
        {
            "part": part,
            "label": shipped.label(part),
            "fields": [card(name) for name in part.fields],
            "shut": part.key in folded,
        }
        for part in plan.parts
    ]
    return {
        "parts": parts,
        "unused": [card(name) for name in plan.unused],
        "rows": [{**row, "shut": f"place-{row['place']}" in folded} for row in rows(entity, plan)],
    }


PLACE_LABELS = {
    "head": _("Panels beside the name"),
    "main": _("Panels above the tabs"),
    "tab": _("Tabs of the record page"),
    "side": _("Panels below the facts"),
}


def rows(entity: Entity, plan: Plan) -> list[dict[str, Any]]:
    """What stands on a record's page beside its fields, place by place, those places left out that have nothing."""
    labels = {"tab": {key: tab_label(tab) for key, tab in tabs_of(entity).items()}}
    labels |= {place: {panel.key: panel.label for panel in panels_of(entity, place)} for place in PLACES}
    found = []
    for place, title in PLACE_LABELS.items():
        kind, keys, off = (
            ("tab", plan.tabs, plan.tabs_off) if place == "tab" else ("panel", plan.panels, plan.panels_off)
        )
        cards = [{"key": key, "label": labels[place][key], "off": key in off} for key in keys if key in labels[place]]
        if cards:
            found.append({"kind": kind, "place": place, "title": title, "cards": cards})
    return found


def read(data: QueryDict) -> Plan:
    """The plan that the page sent: sections and fields in the order in which they stand there."""
    plan, into = Plan(), list[str]()
    folded = set(data.getlist("folded"))
    for item in data.getlist("item"):
        kind, __, name = item.partition(":")
        if kind == "unused":
            into = plan.unused
        elif kind == "field":
            into.append(name)
        elif kind == "section" and len(plan.parts) < MOST_SECTIONS and all(part.key != name for part in plan.parts):
            label, label_en = (clean_text(data.get(f"{word}-{name}", ""))[:LONGEST_NAME] for word in ("label", "en"))
            part = Part(name[:60], [], label, label_en, name in folded)
            plan.parts.append(part)
            into = part.fields
    plan.required = data.getlist("required")
    plan.tabs = data.getlist("tab")
    on = set(data.getlist("tab-on"))
    plan.tabs_off = [key for key in plan.tabs if key not in on]
    plan.panels = data.getlist("panel")
    shown = set(data.getlist("panel-on"))
    plan.panels_off = [key for key in plan.panels if key not in shown]
    return plan


def act(entity: Entity, shipped: Shipped, plan: Plan, data: QueryDict) -> Any:
    """Do what a button of the page says; the answer is a sentence for screen readers."""
    verb, __, name = data.get("act", "").partition(":")
    look = entity.looks.get(name)
    label = look.label if look is not None else name
    if verb in ("up", "down"):
        plan.move(name, -1 if verb == "up" else 1)
    elif verb == "to":
        plan.put(name, data.get(f"to-{name}", ""))
    elif verb == "hide":
        plan.hide(name, shipped.needed, label)
        return _("“%(label)s” is not used any more.") % {"label": label}
    elif verb == "show":
        plan.show(name, shipped)
    elif verb == "section-add":
        plan.add_section()
        return _("A new section stands at the end.")
    elif verb in ("section-up", "section-down"):
        plan.move_section(name, -1 if verb == "section-up" else 1)
        return _("Section %(place)s of %(count)s.") % {
            "place": 1 + plan.parts.index(plan.part(name)),
            "count": len(plan.parts),
        }
    elif verb == "section-delete":
        heir = plan.delete_section(name)
        return _("The section is gone; its fields are in “%(label)s”.") % {"label": shipped.label(heir)}
    elif verb in ("tab-up", "tab-down"):
        plan.move_tab(name, -1 if verb == "tab-up" else 1)
        return _("Tab %(place)s of %(count)s.") % {"place": 1 + plan.tabs.index(name), "count": len(plan.tabs)}
    elif verb in ("panel-up", "panel-down"):
        plan.move_panel(name, -1 if verb == "panel-up" else 1, shipped)
        around = plan.beside(name, shipped)
        return _("Panel %(place)s of %(count)s.") % {"place": 1 + around.index(name), "count": len(around)}
    part = plan.part_of(name)
    if part is None:
        return ""
    return _("“%(label)s” is now number %(place)s of %(count)s in “%(section)s”.") % {
        "label": label,
        "place": 1 + part.fields.index(name),
        "count": len(part.fields),
        "section": shipped.label(part),
    }
