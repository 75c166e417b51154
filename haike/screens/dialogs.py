"""The dialogs of a list: filter builder, columns, saved views."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Entity, Section
from haike.kernel.filter import Group, Line, filterable, read_filter
from haike.kernel.look import Look, ReferenceLook, TextLook
from haike.kernel.preference import ListChoice, SavedView
from haike.refused import Refused
from haike.screens.columns import columns_shown
from haike.screens.door import done, entity_view
from haike.screens.form import FormPage, Typed
from haike.screens.heads import search_label
from haike.screens.list import STATE, ListPage, read_list

MOST_ROWS = 40
MOST_VIEWS = 50
VIEWS = ["board", "calendar"]
"""What else than the list the filter builder leads back to, named by `view` in its address; rooms below add theirs."""
BESIDE = ["group", "month"]
"""What such an address carries beside the state of the list."""


class FilterForm:
    """The filter builder: groups of rows, as `kernel/filter.html` shows them and as the browser sends them back."""

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        self.entity, self.user = entity, cast(Any, request.user)
        self.looks = {n: look for n, look in filterable(entity, self.user).items() if look.operators}
        self.fields = [(name, look.label) for name, look in self.looks.items()]
        self.query = {name: request.GET[name] for name in STATE if request.GET.get(name)}
        self.view = view if (view := request.GET.get("view", "")) in VIEWS else ""
        self.beside = {name: request.GET[name] for name in BESIDE if self.view and request.GET.get(name)}
        about = {**self.query, **self.beside, **({"view": self.view} if self.view else {})}
        self.action = f"/{entity.slug}/filter?{urlencode(about)}"
        self.row_url = f"/{entity.slug}/filter/row"
        self.back_url = self.url()
        self.clear_url = self.url(f="")
        self.match = "all"
        self.groups: list[dict[str, Any]] = [{"index": 0, "match": "all", "rows": [self.row(0, 0)]}]
        self.state: dict[str, str] = {}
        self.title: Any = _("Filter")
        self.notes: list[str] = []
        """What is to be looked at before it is saved."""

    def url(self, **changes: str) -> str:
        """The list, or the view of it that is filtered, with some of its state changed."""
        query = {name: value for name, value in {**self.query, **self.beside, **changes}.items() if value}
        return f"/{self.entity.slug}/{self.view}?{urlencode(query)}"

    def row(self, index: int, group: int, data: dict[str, Any] | None = None, error: str = "") -> dict[str, Any]:
        """One line; without a field its operator and value are empty."""
        data = data or {}
        look = self.looks.get(str(data.get("field", "")))
        operators = list(look.operators.items()) if look else []
        operator = str(data.get("op", ""))
        if look and operator not in look.operators:
            operator = next(iter(look.operators))
        value = look.filter_widget(f"row-{index}-value", operator, self.sayable(look, operator, data)) if look else ""
        return {
            "index": index,
            "group": group,
            "field": look.path if look else "",
            "operators": operators,
            "operator": operator,
            "value": value,
            "error": error,
        }

    def sayable(self, look: Look, operator: str, data: dict[str, Any]) -> Any:
        """The value of a line, without links to records whose titles the user may not read."""
        value = data.get("value", "")
        if isinstance(look, ReferenceLook) or look.kind == "lines":
            try:
                look.condition(operator, value, self.user)
            except Refused:
                return ""
        return value

    def show(self, group: Group) -> None:
        """Fill in a filter: its lines in one group, each of its groups in another."""
        lines = [part for part in group.parts if isinstance(part, Line)]
        groups = [Group(tuple(lines), group.any_of)] if lines or not group.parts else []
        groups += [part for part in group.parts if isinstance(part, Group)]
        self.match, self.groups, index = ("any" if group.any_of else "all"), [], 0
        for place, part in enumerate(groups):
            rows = []
            for line in part.lines():
                rows.append(self.row(index, place, {"field": line.look.path, "op": line.op, "value": line.value}))
                index += 1
            self.groups.append(
                {"index": place, "match": "any" if part.any_of else "all", "rows": rows or [self.row(index, place)]}
            )

    def read(self, data: Any) -> dict[str, Any]:
        """What the browser sent, as the data of a filter; empty lines are left out."""
        groups: dict[int, list[dict[str, Any]]] = {}
        for key in data:
            parts = key.split("-")
            if len(parts) != 3 or parts[0] != "row" or parts[2] != "field" or (index := whole(parts[1])) is None:
                continue
            group = whole(data.get(f"row-{parts[1]}-group", "0"))
            if not data[key] or group is None or len(groups) > MOST_ROWS:
                groups.setdefault(group or 0, [])
                continue
            values = [value for value in data.getlist(f"row-{index}-value") if value != ""]
            value: Any = values if len(values) != 1 else values[0]
            line = {"field": data[key], "op": data.get(f"row-{index}-operator", ""), "value": value}
            groups.setdefault(group, []).append(line)
        built = [
            {"any" if data.get(f"group-{group}-match") == "any" else "all": lines}
            for group, lines in sorted(groups.items())
            if lines
        ]
        if len(built) == 1:
            return built[0]
        return {"any" if data.get("match") == "any" else "all": built}


@entity_view("filter")
def filter_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The filter builder; applying it leads back to the list."""
    form, status, user = FilterForm(request, entity), 200, cast(Any, request.user)
    template = "kernel/filter.html#form" if getattr(request, "htmx", False) else "kernel/filter.html"
    if request.method == "POST":
        data = form.read(request.POST)
        try:
            built = read_filter(entity, user, orjson.dumps(data).decode())
            if request.POST.get("apply"):
                return _go(request, form.url(f=built.text()))
            form.show(built)
            add_line(form, request.POST.get("add", ""))
        except Refused as no:
            show_again(form, data, str(no))
            status = 422
    else:
        try:
            form.show(read_filter(entity, user, request.GET.get("f", "")))
        except Refused:
            pass  # an address cut off in a mail: start with an empty filter
    return render(request, template, {"filter": form}, status=status)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"saved": {"go": url}})})
    return redirect(url)


def add_line(form: FilterForm, what: str) -> None:
    """One more line or group, for a browser without scripts."""
    index = sum(len(group["rows"]) for group in form.groups)
    if what == "group":
        place = len(form.groups)
        form.groups.append({"index": place, "match": "all", "rows": [form.row(index, place)]})
    elif what.startswith("row-") and (wanted := whole(what[4:])) is not None and wanted < len(form.groups):
        group = form.groups[wanted]
        group["rows"].append(form.row(index, group["index"]))


def show_again(form: FilterForm, data: dict[str, Any], message: str) -> None:
    """Fill in what was sent and cannot be asked, with the reason beside the first line at fault."""
    kind, parts = next(iter(data.items()))
    groups = [data] if not parts or "field" in parts[0] else parts
    form.match, form.groups, index, blamed = kind, [], 0, False
    for place, group in enumerate(groups):
        match, lines = next(iter(group.items()))
        rows = []
        for line in lines:
            error = ""
            if not blamed:
                error, blamed = _fault(form, line)
            rows.append(form.row(index, place, line, error))
            index += 1
        form.groups.append({"index": place, "match": match, "rows": rows or [form.row(index, place, None, message)]})


def _fault(form: FilterForm, line: dict[str, Any]) -> tuple[str, bool]:
    try:
        read_filter(form.entity, form.user, orjson.dumps({"all": [line]}).decode())
    except Refused as no:
        return str(no), True
    return "", False


@entity_view("filter_row")
def filter_row_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """One line of the builder, anew when its field or operator changes."""
    form = FilterForm(request, entity)
    index, group = whole(request.GET.get("index", "0")), whole(request.GET.get("group", "0"))
    if index is None or group is None:
        raise Http404
    data = {
        "field": request.GET.get(f"row-{index}-field", ""),
        "op": request.GET.get(f"row-{index}-operator", ""),
        "value": request.GET.getlist(f"row-{index}-value"),
    }
    row = form.row(index, group, data)
    return render(request, "kernel/filter.html#row", {"filter": form, "row": row})


@entity_view("columns")
def columns_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Which columns the user's list shows, in which order, and in which fields its quick search looks."""
    user, page = cast(Any, request.user), ListPage(request, entity)
    searchable = [path for path in entity.search if entity.right(user, path) != "hidden"]
    known = {name: look for name, look in all_columns(entity).items() if entity.right(user, name) != "hidden"}
    if request.method == "POST":
        chosen = [name for name in dict.fromkeys(request.POST.getlist("column")) if name in known]
        within = [path for path in searchable if path in request.POST.getlist("search")]
        if request.POST.get("reset") or not chosen:
            chosen = []
        if request.POST.get("reset") or len(within) == len(searchable):
            within = []
        ListChoice.objects.update_or_create(
            user_id=user.pk, entity=entity.label, defaults={"columns": chosen, "searched": within}
        )
        return _go(request, page.url(**{"in": ",".join(within) if page.q else None}))
    # Without what the tab adds by itself: saved, it would stand in every tab.
    shown = list(columns_shown(entity, user, page.choice))
    order = [*shown, *(name for name in known if name not in shown)]
    within = page.choice.searched if page.choice and page.choice.searched else searchable
    context = {
        "action": f"/{entity.slug}/columns?{urlencode(page.query)}",
        "back_url": page.url(),
        "items": [
            {"name": n, "label": known[n].label, "shown": n in shown, "fixed": n == entity.title}
            for n in order
            if n in known
        ],
        "searched": [{"name": n, "label": search_label(entity, n), "shown": n in within} for n in searchable],
    }
    template = "kernel/columns.html#form" if getattr(request, "htmx", False) else "kernel/columns.html"
    return render(request, template, {"columns": context})


def all_columns(entity: Entity) -> dict[str, Look]:
    """Every column a list can show: the fields, and the paths that the entity names."""
    return {**entity.looks, **{name: entity.look_at(name) for name in entity.columns if "__" in name}}


@entity_view("density")
def density_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Keep the row height of this list."""
    if request.method != "POST":
        raise Http404
    ListChoice.objects.update_or_create(
        user=cast(Any, request.user), entity=entity.label, defaults={"dense": request.POST.get("density") == "dense"}
    )
    return HttpResponse(status=204)


@entity_view("view_new")
def view_new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Save the list as it is under a name, for oneself or for one's roles."""
    user, page = cast(Any, request.user), read_list(request, entity)
    look = TextLook("name", _("Name of the view"), field=SavedView._meta.get_field("name"))
    typed = Typed({"name": look}, user)
    typed.start({"name": ""})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                save_view(entity, typed.values["name"], urlencode(page.query), by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("View “%(name)s” saved.") % {"name": typed.values["name"]}, page.url())
    form = FormPage(
        title=_("Save this view"),
        action=f"/{entity.slug}/views/new?{urlencode(page.query)}",
        sections=typed.sections([Section("", ["name"])]),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=page.url(),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": form}, status=422 if form.errors or form.message else 200)


def save_view(entity: Entity, name: str, state: str, *, by: Any) -> SavedView:
    """Keep a view; one of the same name is replaced."""
    mine = SavedView.objects.filter(entity=entity.label, owner_id=by.pk)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise Refused(_("You have %(most)s views of this list; delete one first.") % {"most": MOST_VIEWS})
    if len(state) > 4000:
        raise Refused(_("This filter is too long to be saved."))
    view, __ = SavedView.objects.update_or_create(
        entity=entity.label, owner_id=by.pk, name=name, defaults={"state": state}
    )
    return view


@entity_view("view_share")
def view_share_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Show one of one's views to everybody with one of one's roles, or only to oneself again."""
    view = SavedView.objects.filter(pk=pk, entity=entity.label, owner_id=request.user.pk).first()
    if view is None or request.method != "POST":
        raise Http404
    view.roles = [] if view.roles else list(getattr(request.user, "role_ids", ()))
    view.save(update_fields=["roles"])
    message = _("Your role sees “%(name)s” now.") if view.roles else _("Only you see “%(name)s” now.")
    return done(request, message % {"name": view.name}, entity.url)


@entity_view("view_delete")
def view_delete_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse | HttpResponseRedirect:
    """Delete one of one's views."""
    view = SavedView.objects.filter(pk=pk, entity=entity.label, owner_id=request.user.pk).first()
    if view is None or request.method != "POST":
        raise Http404
    view.delete()
    return done(request, _("View “%(name)s” deleted.") % {"name": view.name}, entity.url)
