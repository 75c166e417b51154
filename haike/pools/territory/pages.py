"""The conditions of a territory, and the redrawing: who would get what, then all of it as one act."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.bulk.acts import ACTS
from haike.bulk.work import start_run
from haike.kernel.entity import Entity, entity_named, entity_of
from haike.kernel.filter import Group
from haike.people.grants import organisation
from haike.pools.pooling import poolings
from haike.pools.territory.draw import REDRAW, Drawing, draw, parts_of
from haike.pools.territory.entity import consequences, demand_drawn, may_redraw
from haike.pools.territory.record import Territory
from haike.refused import Refused
from haike.said import said
from haike.screens.dialogs import FilterForm
from haike.screens.door import done, find_record
from haike.screens.form import has_seen
from haike.segments.builder import conditions_form, conditions_page
from haike.segments.conditions import conditions_of, group_of

SHOWN = 200


def conditions_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The filter builder over the territory's records; what would change hands is shown once before it is saved."""
    user, territories = cast(Any, request.user), entity_of(Territory)
    if not territories.policy.may(user, "edit"):
        raise Http404
    record = find_record(territories, user, pk, action="edit")
    form = conditions_form(request, cast(Entity, entity_named(record.entity)), record)
    return conditions_page(
        request, form, lambda: group_of(record.conditions, user), lambda built: _save(request, form, record, built)
    )


def _save(request: HttpRequest, form: FilterForm, record: Any, built: Group) -> HttpResponse | None:
    territories, user, kept = entity_of(Territory), form.user, conditions_of(form.entity, built)
    notes = [str(each) for each in consequences({"conditions": kept}, record, user)]
    seen = "\n".join(notes)
    if notes and not has_seen(request, seen):
        form.notes, form.state = notes, {"seen": seen}
        return None
    territories.change(record, by=user, conditions=kept)
    return done(
        request,
        _("The conditions of “%(name)s” are saved.") % {"name": record.name},
        territories.url_of(record),
        go=True,
    )


def _losing(found: Drawing) -> list[dict[str, Any]]:
    """Who gives how many away, and to whom; who gives most first."""
    users, rows = organisation().users, dict[int | None, dict[str, Any]]()
    for (old, new), count in found.between.most_common():
        row = rows.setdefault(old, {"old": users.get(old or 0) or _("nobody"), "number": 0, "to": []})
        row["number"] += count
        row["to"].append({"new": users.get(new), "number": count})
    return sorted(rows.values(), key=lambda row: -row["number"])


def redraw_view(request: HttpRequest) -> HttpResponse:
    """Everything that lies with the wrong owner; a POST gives it to the sellers of its territory."""
    user, territories, label = cast(Any, request.user), entity_of(Territory), request.GET.get("entity", "")
    of = entity_named(label) if label in poolings() else None
    if of is None or not territories.policy.may(user, "edit") or not may_redraw(label, user):
        raise Http404
    parts = parts_of(label)
    found, status, refusal = draw(of, user, parts), 200, ""
    if request.method == "POST":
        try:
            demand_drawn(found)
            title = said(_("Redraw territories: %(kind)s"), kind=of.label_plural)
            run = start_run(of, ACTS[REDRAW], sorted(found.moves), {}, title, by=user)
            return HttpResponseRedirect(f"/batches/{run.batch_id}/")
        except Refused as no:
            status, refusal = 422, str(no)
    users, keys = organisation().users, sorted(found.moves)[:SHOWN]
    records = of.model.objects.visible_to(user).in_bulk(keys)
    names = {part.key: part.name for part in parts}
    going: dict[int, int] = {}
    for __, ___, part in found.moves.values():
        going[part.key] = going.get(part.key, 0) + 1
    context = {
        "entity": of,
        "refusal": refusal,
        "number": len(found.moves),
        "parts": [
            {
                "name": names[part.key],
                "url": f"{territories.url}{part.key}/",
                "inside": found.inside[part.key],
                "going": going.get(part.key, 0),
                "sellers": [str(seller) for seller in part.sellers],
            }
            for part in parts
        ],
        "losing": _losing(found),
        "rows": [
            {
                "title": str(records[key]),
                "url": of.url_of(records[key]),
                "old": users.get(found.moves[key][0] or 0) or _("nobody"),
                "new": found.moves[key][1],
                "part": found.moves[key][2].name,
            }
            for key in keys
            if key in records
        ],
        "more": len(found.moves) - len(keys),
    }
    return render(request, "pools/redraw.html", context, status=status)
