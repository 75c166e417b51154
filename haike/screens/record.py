"""The page of a record: head, facts, panels, related lists, change log."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import write_log
from haike.kernel.digits import whole
from haike.kernel.entity import BASE_FIELDS, Button, Entity, Panel, Related, Section, entity_named
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS, SETTLED, Change, shown_diff
from haike.kernel.look import Look
from haike.kernel.paths import select_paths
from haike.kernel.preference import close_tab, note_visit
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record
from haike.screens.list import Column, EntityWords, cell_of, table_rows

LOG_SIZE = 20
RELATED_SIZE = 50


class RecordPage:
    """Everything `kernel/record.html` shows."""

    def __init__(self, request: HttpRequest, declared: Entity, record: Any) -> None:
        self.request, self.declared, self.record = request, declared, record
        self.user = cast(Any, request.user)
        self.entity = EntityWords.of(declared)
        self.title = str(record)
        self.version = record.version
        self.may_edit = record.deleted_at is None and declared.policy.allows(self.user, "edit", record)
        self.editable = declared.editable_by(self.user) if self.may_edit else {}

    def _cell(self, name: str, look: Look) -> SafeString:
        return cell_of(self.declared, self.user, name, look, self.record)

    def _seen(self, names: list[str]) -> dict[str, Look]:
        return {n: self.declared.look_at(n) for n in names if self.declared.right(self.user, n) != "hidden"}

    @property
    def badges(self) -> list[SafeString]:
        """Short marks beside the name."""
        looks = self._seen(self.declared.badges)
        return [self._cell(name, look) for name, look in looks.items() if not look.blank(look.get(self.record))]

    @cached_property
    def facts(self) -> list[dict[str, Any]]:
        """The line of key facts."""
        return [
            {"label": look.label, "html": self._cell(n, look)} for n, look in self._seen(self.declared.facts).items()
        ]

    @cached_property
    def stage(self) -> list[dict[str, Any]]:
        """The path of the record, one can click on a step to go there."""
        url = f"{self.declared.url_of(self.record)}stage/" if self.may_edit else ""
        return [
            {"label": label, "state": state, "url": f"{url}{key}" if url else ""}
            for key, label, state in self.declared.stages(self.record)
        ]

    @cached_property
    def buttons(self) -> list[Button]:
        """What can be done with it, the most usual first."""
        record, declared, base = self.record, self.declared, self.declared.url_of(self.record)
        policy, user = declared.policy, self.user
        if record.deleted_at is not None:
            return [Button(_("Restore"), f"{base}restore", "restore", "post")]
        found = [*declared.buttons(record, user)]
        if self.may_edit:
            found.append(Button(_("Edit"), f"{base}edit", "pencil", "drawer", primary=not found))
            if declared.flow is not None:
                found += [
                    Button(step.label or name, f"{base}do/{name}", "arrow-right", "drawer" if step.asks else "post")
                    for name, step in declared.flow.open_steps(record).items()
                ]
        if not policy.through:
            if policy.allows(user, "transfer", record):
                found.append(Button(_("Transfer"), f"{base}transfer", "user-share", "drawer"))
            if policy.allows(user, "share", record):
                found.append(Button(_("Share"), f"{base}share", "users", "drawer"))
        if self.may_edit:
            away = record.archived_at is None
            words = (_("Archive"), "archive") if away else (_("Take out of the archive"), "archive-off")
            found.append(Button(words[0], f"{base}archive", words[1], "post"))
        if policy.allows(user, "delete", record):
            question = _("Move “%(title)s” to the recycle bin?") % {"title": self.title}
            found.append(Button(_("Delete"), f"{base}delete", "trash", "post", confirm=question))
        return found

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The facts, section by section; each that may be changed is edited in place."""
        found = []
        base = self.declared.url_of(self.record)
        for section in [*self.declared.all_sections, Section(_("Origin"), list(BASE_FIELDS))]:
            fields = [
                {
                    "name": name,
                    "label": look.label,
                    "html": self._cell(name, look),
                    "edit_url": f"{base}field/{name}" if name in self.editable and name != "owner" else None,
                }
                for name, look in self._seen([n for n in section.fields if n in self.declared.looks]).items()
            ]
            if fields:
                found.append({"label": section.label, "fields": fields, "folded": section.folded})
        return found

    @cached_property
    def totals(self) -> list[dict[str, Any]]:
        """The row of small numbers."""
        return [{"label": label, "html": html} for label, html in self.declared.figures(self.record, self.user)]

    @property
    def head(self) -> SafeString:
        """Panels beside the name."""
        panels = [panel for panel in self.declared.panels if panel.place == "head"]
        return mark_safe("".join(panel.render(self.request, self.record) for panel in panels))

    @property
    def top(self) -> SafeString:
        """Panels above the tabs, such as the box for a follow-up."""
        panels = [panel for panel in self.declared.panels if panel.place == "main"]
        return mark_safe("".join(panel.render(self.request, self.record) for panel in panels))

    @property
    def aside(self) -> SafeString:
        """Panels below the facts."""
        panels = [panel for panel in self.declared.panels if panel.place == "side"]
        return mark_safe("".join(panel.render(self.request, self.record) for panel in panels))

    @cached_property
    def tab_keys(self) -> dict[str, Panel | Related | None]:
        """The tabs in order; the change log is the last."""
        found: dict[str, Panel | Related | None] = {p.key: p for p in self.declared.panels if p.place == "tab"}
        for related in self.declared.tabs:
            target = entity_named(related.entity)
            if target is not None and target.policy.may(self.user, "view"):
                found[f"{target.slug}-{related.field}"] = related
        found |= {p.key: p for p in self.declared.panels if p.place == "last"}
        return {**found, "log": None}

    @property
    def active(self) -> str:
        """The tab that is open."""
        asked, keys = self.request.GET.get("tab", ""), self.tab_keys
        return asked if asked in keys else next(iter(keys))

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The heads of the tabs with counts."""
        base, active = self.declared.url_of(self.record), self.active
        found = []
        for key, tab in self.tab_keys.items():
            label: Any = _("Change log")
            count = None
            if isinstance(tab, Panel):
                label, count = tab.label, tab.count(self.user, self.record) if tab.count else None
            elif isinstance(tab, Related):
                target = cast(Entity, entity_named(tab.entity))
                label, count = tab.label or target.label_plural, related_rows(tab, self.record, self.user).count()
            found.append(
                {"key": key, "label": label, "count": count, "url": f"{base}panel/{key}", "active": key == active}
            )
        return found

    @cached_property
    def main(self) -> SafeString:
        """The open tab."""
        return self.panel(self.active)

    def panel(self, key: str) -> SafeString:
        """The content of one tab."""
        if key not in self.tab_keys:
            raise Http404
        tab = self.tab_keys[key]
        if isinstance(tab, Panel):
            return mark_safe(tab.render(self.request, self.record))
        if isinstance(tab, Related):
            return related_panel(self.request, self.record, tab, self.user)
        return log_panel(self.request, self.declared, self.record)


def related_rows(tab: Related, record: Any, user: Any) -> Any:
    """The records of a related list that the user sees."""
    target = cast(Entity, entity_named(tab.entity))
    if target.policy.through == tab.field:
        # Whoever sees the record sees what hangs on it: the page has checked that already.
        return target.model.objects.live().filter(**{tab.field: record.pk})
    return target.model.objects.visible_to(user).filter(**{tab.field: record.pk})


def related_panel(request: HttpRequest, record: Any, tab: Related, user: Any) -> SafeString:
    """A related list with a button that makes a new one with this record filled in."""
    target = cast(Entity, entity_named(tab.entity))
    names = tab.columns or [name for name in target.columns if name.split("__")[0] != tab.field]
    looks = {n: target.look_at(n) for n in names if target.right(user, n) != "hidden"}
    selection = Selection(target, user, sort=target.sort)
    rows = related_rows(tab, record, user).select_related(*select_paths(target, looks))
    records = list(rows.order_by(*selection.order, "-id")[:RELATED_SIZE])
    may_create = target.creatable and target.policy.may(user, "create")
    context = {
        "entity": EntityWords.of(target),
        "columns": [Column(name, look.label, look.align, None, "") for name, look in looks.items()],
        "rows": table_rows(target, user, records, looks),
        "new_url": f"/{target.slug}/new?{tab.field}={record.pk}" if may_create else "",
        "more": len(records) == RELATED_SIZE,
    }
    return render_to_string("kernel/related.html", {"related": context}, request=request)


def log_panel(request: HttpRequest, entity: Entity, record: Any) -> SafeString:
    """The change log of a record, newest first, 20 at a time."""
    before = whole(request.GET.get("before"))
    rows = Change.objects.filter(entity=entity.label, record_id=record.pk).exclude(action=SETTLED)
    rows = rows.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    changes = list(rows[: LOG_SIZE + 1])
    more = f"{entity.url_of(record)}log?before={changes[LOG_SIZE - 1].pk}" if len(changes) > LOG_SIZE else ""
    entries = [log_entry(entity, cast(Any, request.user), each) for each in changes[:LOG_SIZE]]
    return render_to_string("kernel/log.html#log", {"log": {"entries": entries, "more_url": more}}, request=request)


def log_entry(entity: Entity, user: Any, change: Change) -> dict[str, Any]:
    """One row of the log in words; hidden and masked fields say only that they changed."""
    lines = []
    for name, (old, new) in shown_diff(change).items():
        look = entity.looks.get(name)
        right = entity.right(user, name) if look else "edit"
        if right == "hidden":
            continue
        if look is None:
            lines.append({"label": FIELD_LABELS.get(name, name), "old": old, "new": new})
        elif right == "masked":
            lines.append({"label": look.label, "old": "•••" if old else "", "new": "•••" if new else ""})
        else:
            lines.append({"label": look.label, "old": look.from_log(old), "new": look.from_log(new)})
    local = timezone.localtime(change.at)
    name = str(change.by) if change.by else (change.by_name or str(_("Haike")))
    return {
        "day": f"{local:%Y-%m-%d}",
        "at": f"{local:%H:%M}",
        "at_full": f"{local:%Y-%m-%d %H:%M:%S}",
        "at_iso": change.at.isoformat(),
        "by": {"name": name, "initial": name[-1:], "avatar_url": None},
        "what": ACTION_LABELS.get(change.action, change.action),
        "source": change.origin if change.origin.startswith(("api", "job", "import")) else "",
        "diff": lines,
    }


@entity_view("record")
def record_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """The page of a record. One in the recycle bin is still shown to those who may restore it."""
    user = cast(Any, request.user)
    names = [*entity.facts, *entity.badges, *(name for section in entity.all_sections for name in section.fields)]
    joins = select_paths(
        entity,
        [*(n for n in names if n.split("__")[0] in entity.looks), "owner", "department", "created_by", "changed_by"],
    )
    rows = entity.model.objects.filter(entity.policy.rows(user, "view"), pk=pk).select_related(*joins)
    # Not first(): for an ordered query Django compares each of a hundred columns.
    record = next(iter(rows.order_by()[:1]), None)
    if record is None or (record.deleted_at is not None and not entity.policy.allows(user, "restore", record)):
        raise Http404
    page = RecordPage(request, entity, record)
    if not getattr(request, "htmx", False):
        note_visit(user, entity.label, record.pk, page.title)
    fragment = getattr(request, "htmx", False)
    return render(request, "kernel/record.html#body" if fragment else "kernel/record.html", {"page": page})


@entity_view("panel")
def panel_view(request: HttpRequest, entity: Entity, pk: int, key: str) -> HttpResponse:
    """One tab of a record page."""
    record = find_record(entity, cast(Any, request.user), pk)
    page = RecordPage(request, entity, record)
    main = {panel.key: panel for panel in entity.panels if panel.place not in ("tab", "last")}
    html = main[key].render(request, record) if key in main else page.panel(key)
    return HttpResponse(html)


@entity_view("log")
def log_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Earlier rows of the change log."""
    return HttpResponse(log_panel(request, entity, find_record(entity, cast(Any, request.user), pk)))


@entity_view("reveal")
def reveal_view(request: HttpRequest, entity: Entity, pk: int, name: str) -> HttpResponse:
    """Show a masked value to one who clicks; the log tells that he did."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    look = entity.looks.get(name)
    if request.method != "POST" or look is None or entity.right(user, name) == "hidden":
        raise Http404
    if not user.grants.may_do("reveal"):
        raise Refused(_("You may not look at hidden data. Ask your administrator for the right."))
    write_log(record, "reveal", by=user, diff={name: [None, None]})
    return HttpResponse(look.cell(look.get(record)))


@entity_view("picture")
def picture_view(request: HttpRequest, entity: Entity, pk: int, name: str) -> Any:
    """A picture field's file, for those who see the record and the field."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    look = entity.looks.get(name)
    value = look.get(record) if look is not None and look.kind == "picture" else None
    if not value or entity.right(user, name) in ("hidden", "masked"):
        raise Http404
    answer = FileResponse(value.open("rb"))
    answer["Cache-Control"] = "private, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@entity_view("delete", "delete")
def delete_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Move a record to the recycle bin."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="delete")
    if request.method != "POST":
        raise Http404
    entity.remove(record, by=user)
    close_tab(user, entity.label, pk)
    message = _("“%(title)s” is in the recycle bin.") % {"title": record}
    return done(
        request, message, entity.url, go=request.GET.get("from") != "list", undo_url=f"{entity.url_of(record)}restore"
    )


@entity_view("restore", "restore")
def restore_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Take a record out of the recycle bin."""
    user = cast(Any, request.user)
    record = entity.model.objects.filter(entity.policy.rows(user, "restore"), pk=pk).first()
    if record is None or request.method != "POST":
        raise Http404
    entity.restore(record, by=user)
    return done(request, _("“%(title)s” is back.") % {"title": record}, entity.url_of(record))


@entity_view("close")
def close_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Take a record out of the strip of open tabs."""
    if request.method != "POST":
        raise Refused(_("This needs a click."))
    close_tab(cast(Any, request.user), entity.label, pk)
    return HttpResponse(status=204)
