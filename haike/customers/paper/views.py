"""Printing chosen customers or contacts: the question, then a page whose paper has the chosen size.

Paper leaves the house as a file does: it has a number in the log of exports, and what would need somebody's yes as a
file needs it on paper too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.paper.letter import letters, sender
from haike.exchange.export import exportable
from haike.exchange.leaving import numbered
from haike.find.statement import among
from haike.kernel.entity import Button, Entity, entity_of
from haike.kernel.policy import Actor
from haike.kernel.selection import Selection, check_ids, fetch_ahead
from haike.refused import Refused
from haike.screens.door import entity_view
from haike.screens.list import STATE, bulk_sources, read_list

MOST = 500
"""So many records are printed at once."""
WIDEST = 10
"""So many columns a list on paper has."""


@dataclass(frozen=True)
class Paper:
    """One kind of paper; width and height in millimetres."""

    key: str
    label: str | Promise
    width: int
    height: int
    template: str


PAPERS = {
    paper.key: paper
    for paper in (
        Paper("list", _("List (A4, landscape)"), 297, 210, "list"),
        Paper("sheet", _("A sheet for each (A4)"), 210, 297, "sheet"),
        Paper("dl", _("Envelope DL, 220 × 110 mm"), 220, 110, "envelope"),
        Paper("c5", _("Envelope C5, 229 × 162 mm"), 229, 162, "envelope"),
        Paper("waybill", _("Waybill, 100 × 150 mm"), 100, 150, "waybill"),
    )
}


@entity_view("print", "print")
def print_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Ask which paper; a POST is the page to print."""
    user = cast(Any, request.user)
    data = request.POST if request.method == "POST" else request.GET
    query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
    ids = check_ids(",".join(data.getlist("ids")))
    keys = _keys(entity, user, query, ids, everything=bool(data.get("everything")))
    paper = PAPERS.get(request.POST.get("paper", ""))
    if request.method == "POST" and paper is not None:
        return _paper(request, entity, keys, paper)
    context = {
        "entity": entity,
        "action": f"/{entity.slug}/print?{urlencode(query)}",
        "papers": list(PAPERS.values()),
        "number": len(keys),
        "ids": ",".join(map(str, keys)),
        "sender": sender(),
        "back_url": entity.url,
    }
    template = "customers/print.html#form" if getattr(request, "htmx", False) else "customers/print.html"
    return render(request, template, context)


def _keys(entity: Entity, user: Any, query: dict[str, str], ids: list[int], *, everything: bool) -> list[int]:
    """The keys of the records in their order, of those that the user may print."""
    if everything:
        keys = list(Selection.from_query(entity, user, query, action="print").find.ids())
    else:
        able = set(entity.model.objects.visible_to(user, "print").filter(pk__in=ids).values_list("pk", flat=True))
        keys = [key for key in dict.fromkeys(ids) if key in able]
    if not keys:
        raise Refused(_("Choose some rows first."))
    if len(keys) > MOST:
        raise Refused(_("At most %(most)s records are printed at once; narrow the list.") % {"most": MOST})
    return keys


def _paper(request: HttpRequest, entity: Entity, keys: list[int], paper: Paper) -> HttpResponse:
    user = cast(Any, request.user)
    looks = exportable(entity, user)
    names = [name for name in read_list(request, entity).shown if name in looks][:WIDEST]
    chosen = names if paper.key == "list" else list(looks) if paper.key == "sheet" else []
    found = {each.pk: each for each in among(entity.model.objects.live(), keys)}
    records = [found[key] for key in keys if key in found]
    context: dict[str, Any] = {"entity": entity, "paper": paper, "left": ""}
    if paper.template in ("envelope", "waybill"):
        made = [letter for letter in letters(records, user) if letter.address]
        missing = len(records) - len(made)
        if missing:
            text = ngettext("%(n)s without an address is left out.", "%(n)s without an address are left out.", missing)
            context["left"] = text % {"n": missing}
        context |= {"letters": made, "sender": sender()}
        number = len(made)
    else:
        fetch_ahead(entity, [looks[name].path for name in chosen], records, user)
        context |= {"columns": [looks[name].label for name in names], "records": _facts(records, looks, chosen, paper)}
        number = len(records)
    columns = ", ".join(str(looks[name].label) for name in chosen) or str(paper.label)
    context["export"] = note_print(entity, user, columns, number)
    return render(request, "customers/paper.html", context)


def _facts(records: list[Any], looks: Any, names: list[str], paper: Paper) -> list[dict[str, Any]]:
    found = []
    for record in records:
        values = [(looks[name].label, looks[name].text(looks[name].get(record))) for name in names]
        found.append({"title": str(record), "facts": values if paper.key == "list" else [v for v in values if v[1]]})
    return found


def note_print(entity: Entity, user: Any, columns: str, number: int, form: str = "print") -> Any:
    """The number of what is printed in the log of exports; Refused where so much would have to be asked for."""
    return numbered(
        user, entity.label, form, columns=columns, rows=number,
        words=str(_("Chosen records: %(count)s") % {"count": number}),
        no=_(
            "So many records need somebody's approval to leave the house. "
            "Ask for them with “Export”, or print fewer."
        ),
    )  # fmt: skip


def print_act(entity: Entity, user: Any, selection: Selection) -> list[dict[str, Any]]:
    """Print among what a list offers for chosen rows."""
    if entity.model not in (Customer, Contact) or not entity.policy.may(user, "print"):
        return []
    return [{"url": f"/{entity.slug}/print", "label": _("Print"), "icon": "printer", "danger": False}]


def print_button(record: Any, user: Actor) -> list[Button]:
    """The same on the page of one record."""
    entity = entity_of(record)
    if record.deleted_at is not None or not entity.policy.allows(user, "print", record):
        return []
    return [Button(_("Print"), f"/{entity.slug}/print?ids={record.pk}", "printer", "drawer")]


bulk_sources.append(print_act)
