"""The page of a record: head, facts, panels, related lists, change log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.find.prepared import Counted, Tally, keyed_alone, prepared, tallied
from haike.find.share import Held
from haike.kernel.change import write_log
from haike.kernel.entity import BASE_FIELDS, Button, Entity, Panel, Related, Section, entity_named
from haike.kernel.escape import escape
from haike.kernel.flow import Flow
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS, SETTLED, Change, shown_diff
from haike.kernel.look import Look
from haike.kernel.paths import select_paths
from haike.kernel.policy import FieldRight
from haike.kernel.preference import close_tab, note_visit
from haike.kernel.selection import Selection
from haike.refused import Refused
from haike.screens.actor import name_of, source_of
from haike.screens.door import done, entity_view, find_record
from haike.screens.kept import kept_for
from haike.screens.layout import laid_out, line_of
from haike.screens.module import plugged, reachable
from haike.screens.small import picture_answer
from haike.screens.table import Column, EntityWords, cell_of, fact_of, table_rows
from haike.screens.tabs import LOG, PLACES, Tab, panels_of, shows_tab, tab_label, tabs_for

LOG_SIZE = 20
RELATED_SIZE = 50
BUTTONS: list[Callable[[Entity, Any, Any], Iterable[Button]]] = []
"""What rooms below offer on every record: of (entity, record, user), behind the acts of the record itself."""

BEFORE_REVEAL: list[Callable[[Any, Entity, Any, str], str]] = []
"""Asked before a masked value is shown, in the transaction of its line in the log: of (user, entity, record, field),
why it is not, or an empty text."""
MOVED_TO: list[Callable[[Entity, int], int | None]] = []
"""Where a record went that is not there any more: of its entity and key, the key of the one in its place."""
KEYS_WITHIN: list[Callable[[Entity, int], list[int]]] = []
"""The records that went into one, whose change log is shown with its own."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A field on the page of a reader: its name in his language, and his right to it."""

    look: Look
    label: SafeString
    masked: bool
    editable: bool


def seen_fields(entity: Entity, user: Any) -> dict[str, Seen]:
    """The fields that a user may see on the pages of these records; what a single record asks comes on top."""
    found, editable = {}, entity.editable_by(user, made=True)
    for name in dict.fromkeys([*entity.looks, *entity.facts, *entity.badges]):
        right = entity.right(user, name)
        if right != "hidden":
            look = entity.look_at(name)
            found[name] = Seen(look, escape(look.label), right == "masked", name in editable)
    return found


class RecordPage:
    """Everything `kernel/record.html` shows."""

    def __init__(self, request: HttpRequest, declared: Entity, record: Any) -> None:
        self.request, self.declared, self.record = request, declared, record
        self.user = cast(Any, request.user)
        self.entity = EntityWords.of(declared)
        self.title = str(record)
        self.version = record.version
        # What may be done with it is asked many times over; whom it was shared with is read once, if at all.
        scope = declared.policy.scope(self.user)
        if scope.shared:
            record.held_by = Held(scope.share_entity, getattr(record, scope.share_column))
        self.may_edit = record.deleted_at is None and declared.policy.allows(self.user, "edit", record)
        self.laid = laid_out(declared, line_of(declared, record))
        self.seen = kept_for(self.user, ("page", declared.label), lambda: seen_fields(declared, self.user))
        self.veiled = record.owner_id in declared.policy.veils(self.user)

    def _cell(self, name: str, seen: Seen) -> SafeString:
        if seen.masked or (self.veiled and seen.look.personal):
            return cell_of(self.declared, self.user, name, seen.look, self.record)
        return fact_of(seen.look, seen.look.get(self.record))

    @property
    def badges(self) -> list[SafeString]:
        """Short marks beside the name."""
        found = [(name, self.seen[name]) for name in self.declared.badges if name in self.seen]
        cells = [self._cell(name, seen) for name, seen in found if not seen.look.blank(seen.look.get(self.record))]
        if self.record.deleted_at is not None:
            cells.append(format_html('<span class="tag tag-red">{}</span>', _("In the recycle bin")))
        elif self.record.archived_at is not None:
            cells.append(format_html('<span class="tag tag-gray">{}</span>', _("Archived")))
        return cells

    @cached_property
    def facts(self) -> list[dict[str, Any]]:
        """The line of key facts."""
        shown = [(name, self.seen[name]) for name in self.declared.facts if name in self.seen]
        found = [{"label": seen.label, "html": self._cell(name, seen)} for name, seen in shown]
        return [fact for fact in found if fact["html"]]

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
        below = [button for source in plugged(BUTTONS) for button in source(declared, record, user)]
        if not any(each.primary for each in found):
            # What a room below thinks is the next thing to do stands where it is seen.
            found = [*(each for each in below if each.primary), *found]
            below = [each for each in below if not each.primary]
        if self.may_edit:
            if any(seen.editable for name, seen in self.seen.items() if name != "owner"):
                found.append(Button(_("Edit"), f"{base}edit", "pencil", "drawer", primary=not found))
            if declared.flow is not None:
                # A step that the entity offers itself, as the next thing to do, is there once.
                offered = {each.url for each in found}
                steps = [step_button(declared, record, name) for name in declared.flow.open_steps(record)]
                found += [each for each in steps if each.url not in offered]
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
        found += [replace(each, primary=False) for each in below]
        return reachable(found, lambda button: button.url)

    @property
    def edit_url(self) -> str:
        """The form of the record, empty for those who may not change it."""
        return "".join(each.url for each in self.buttons if each.method == "drawer" and each.icon == "pencil")

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The facts, section by section; each that may be changed is edited in place."""
        found = []
        base, looks = self.declared.url_of(self.record), self.declared.looks
        for section in [*self.laid.sections, Section(_("Origin"), list(BASE_FIELDS))]:
            fields = [
                {
                    "name": name,
                    "label": seen.label,
                    "html": self._cell(name, seen),
                    "edit_url": f"{base}field/{name}" if self.may_edit and seen.editable and name != "owner" else None,
                }
                for name, seen in ((n, self.seen[n]) for n in section.fields if n in looks and n in self.seen)
                if seen.look.asked_in(self.record, looks)
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
        return self._drawn("head")

    @property
    def top(self) -> SafeString:
        """Panels above the tabs, such as the box for a follow-up."""
        return self._drawn("main")

    @property
    def aside(self) -> SafeString:
        """Panels below the facts."""
        return self._drawn("side")

    def _drawn(self, place: str) -> SafeString:
        panels = self.laid.arranged(panels_of(self.declared, place))
        return mark_safe("".join(panel.render(self.request, self.record) for panel in panels))

    @cached_property
    def tab_keys(self) -> dict[str, Tab]:
        """The tabs that the user sees, in the order in which the company has put them."""
        return self.laid.in_order(tabs_for(self.user, self.declared))

    @property
    def active(self) -> str:
        """The tab that is open."""
        asked, keys = self.request.GET.get("tab", ""), self.tab_keys
        return asked if asked in keys else next(iter(keys), "")

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The heads of the tabs with counts."""
        base, active = self.declared.url_of(self.record), self.active
        asked: list[int | Tally | None] = []
        for tab in self.tab_keys.values():
            if isinstance(tab, Related):
                asked.append(related_count(tab, self.record, self.user))
            else:
                asked.append(tab.count(self.user, self.record) if tab is not None and tab.count else None)
        found = []
        for (key, tab), count in zip(self.tab_keys.items(), tallied(asked), strict=True):
            head = {"key": key, "label": tab_label(tab), "count": count}
            found.append({**head, "url": f"{base}panel/{key}", "active": key == active})
        return found

    @cached_property
    def main(self) -> SafeString:
        """The open tab; nothing where there is none."""
        return self.panel(self.active) if self.active else SafeString()

    def panel(self, key: str) -> SafeString:
        """The content of one tab."""
        tabs = tabs_for(self.user, self.declared)
        # One that the layout does not show may still be asked for by the acts in it.
        if key not in tabs:
            raise Http404
        tab = tabs[key]
        if isinstance(tab, Panel):
            return mark_safe(tab.render(self.request, self.record))
        if isinstance(tab, Related):
            return related_panel(self.request, self.record, tab, self.user)
        return log_panel(self.request, self.declared, self.record)


def related_rows(tab: Related, record: Any, user: Any) -> Any:
    """The records of a related list that the user sees."""
    return _related(tab, user).filter(**{tab.field: record.pk})


def _related(tab: Related, user: Any) -> Any:
    target = cast(Entity, entity_named(tab.entity))
    # Whoever sees the record sees what hangs on it: the page has checked that already.
    whole = target.policy.through == tab.field
    return target.model.objects.live() if whole else target.model.objects.visible_to(user)


def step_button(entity: Entity, record: Any, name: str, *, primary: bool = False) -> Button:
    """What takes a step of the flow."""
    step = cast(type[Flow], entity.flow).steps()[name]
    sign, way = "check" if primary else "arrow-right", "drawer" if step.asks else "post"
    return Button(step.label or name, f"{entity.url_of(record)}do/{name}", sign, way, primary=primary)


def next_step(entity: Entity, record: Any, user: Any, name: str) -> list[Button]:
    """A step of the flow as the next thing to do with a record, for who may take it now."""
    able = record.deleted_at is None and name in cast(type[Flow], entity.flow).open_steps(record)
    if not able or not entity.policy.allows(user, "edit", record):
        return []
    return [step_button(entity, record, name, primary=True)]


def related_count(tab: Related, record: Any, user: Any) -> int | Tally:
    """How many records of a related list the user sees; if they are linked by a column of theirs, still to be asked."""
    target = cast(Entity, entity_named(tab.entity))
    link: Any = target.model._meta.get_field(tab.field)
    if link.many_to_many:
        return int(related_rows(tab, record, user).count())
    whole = target.policy.through == tab.field
    key = ("related", target.label, None if whole else target.policy.key(user))
    return Tally((Counted(key, partial(_related, tab, user), link.column),), record.pk)


def related_panel(request: HttpRequest, record: Any, tab: Related, user: Any, *, new: bool = True) -> SafeString:
    """A related list, with a button that makes a `new` one with this record filled in."""
    target = cast(Entity, entity_named(tab.entity))
    names = tab.columns or [name for name in target.columns if name.split("__")[0] != tab.field]
    looks = {n: target.look_at(n) for n in names if target.right(user, n) != "hidden"}
    selection = Selection(target, user, sort=tab.sort or target.sort)
    rows = related_rows(tab, record, user).select_related(*select_paths(target, looks))
    records = list(rows.order_by(*selection.order, "-id")[:RELATED_SIZE])
    may_create = new and target.creatable and target.policy.may(user, "create")
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
    keys = [record.pk, *(key for within in KEYS_WITHIN for key in within(entity, record.pk))]
    rows = Change.objects.filter(entity=entity.label, record_id__in=keys).exclude(action=SETTLED)
    rows = rows.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    changes = list(rows[: LOG_SIZE + 1])
    more = f"{entity.url_of(record)}log?before={changes[LOG_SIZE - 1].pk}" if len(changes) > LOG_SIZE else ""
    entries = [log_entry(entity, cast(Any, request.user), each, record) for each in changes[:LOG_SIZE]]
    return render_to_string("kernel/log.html#log", {"log": {"entries": entries, "more_url": more}}, request=request)


def log_entry(entity: Entity, user: Any, change: Change, record: Any = None) -> dict[str, Any]:
    """One row of the log in words; hidden and masked fields say only that they changed."""
    right_of = entity.right if record is None else partial(_right_to, entity, record)
    lines = []
    for name, (old, new) in shown_diff(change).items():
        look = entity.additions.logged(entity, name)
        right = right_of(user, name) if look else "edit"
        if right == "hidden":
            continue
        if look is None:
            lines.append({"label": FIELD_LABELS.get(name, name), "old": old, "new": new})
        elif right == "masked":
            lines.append({"label": look.label, "old": "•••" if old else "", "new": "•••" if new else ""})
        else:
            lines.append({"label": look.label, "old": look.from_log(old), "new": look.from_log(new)})
    local = timezone.localtime(change.at)
    name = str(change.by) if change.by else name_of(change.by_name)
    return {
        "day": f"{local:%Y-%m-%d}",
        "at": f"{local:%H:%M}",
        "at_full": f"{local:%Y-%m-%d %H:%M:%S}",
        "at_iso": change.at.isoformat(),
        "by": {"name": name, "initial": name[-1:], "avatar_url": None},
        "what": ACTION_LABELS.get(change.action, change.action),
        "source": source_of(change.origin),
        "diff": lines,
    }


def _right_to(entity: Entity, record: Any, user: Any, name: str) -> FieldRight:
    return entity.policy.right_to(user, name, record)


def _joins(entity: Entity) -> tuple[str, ...]:
    names = [*entity.facts, *entity.badges, *(name for section in entity.all_sections for name in section.fields)]
    known = [name for name in names if name.split("__")[0] in entity.looks]
    return tuple(select_paths(entity, [*known, "owner", "department", "created_by", "changed_by"]))


@entity_view("record")
def record_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """The page of a record. One in the recycle bin is still shown to those who may restore it."""
    user = cast(Any, request.user)
    joins = kept_for(user, ("page joins", entity.label), lambda: _joins(entity))

    def rows() -> Any:
        seen = entity.policy.rows(user, "view")
        return entity.model.objects.filter(seen, keyed_alone(entity.model)).select_related(*joins).order_by()

    record = next(iter(prepared(("page", joins, entity.policy.key(user)), rows, [pk])), None)
    if record is None or record.deleted_at is not None:
        for moved in MOVED_TO:
            into = moved(entity, pk)
            if into is not None and entity.model.objects.visible_to(user).filter(pk=into).exists():
                return redirect(f"{entity.url}{into}/")
    if record is None or (record.deleted_at is not None and not entity.policy.allows(user, "restore", record)):
        raise Http404
    page = RecordPage(request, entity, record)
    if not getattr(request, "htmx", False) and not getattr(request, "seeing", None):
        note_visit(user, entity.label, record.pk, page.title)
    fragment = getattr(request, "htmx", False)
    return render(request, "kernel/record.html#body" if fragment else "kernel/record.html", {"page": page})


@entity_view("panel")
def panel_view(request: HttpRequest, entity: Entity, pk: int, key: str) -> HttpResponse:
    """One tab of a record page."""
    record = find_record(entity, cast(Any, request.user), pk)
    page = RecordPage(request, entity, record)
    main = {panel.key: panel for panel in panels_of(entity, *PLACES)}
    html = main[key].render(request, record) if key in main else page.panel(key)
    return HttpResponse(html)


@entity_view("log")
def log_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Earlier rows of the change log."""
    if not shows_tab(request.user, entity, LOG):
        raise Http404
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
    if entity.right(user, name) != "masked" and entity.policy.right_to(user, name, record) == "masked":
        raise Refused(_("This is shown once the record belongs to you."))
    with transaction.atomic():
        no = next(filter(None, (ask(user, entity, record, name) for ask in BEFORE_REVEAL)), "")
        if not no:
            write_log(record, "reveal", by=user, diff={name: [None, None]})
    if no:
        mask = mark_safe(look.masked(look.get(record)))
        text = format_html('{} <span class="reveal-no" role="alert">{}</span>', mask, no)
        return HttpResponse(text, status=422)
    return HttpResponse(fact_of(look, look.get(record)))


@entity_view("picture")
def picture_view(request: HttpRequest, entity: Entity, pk: int, name: str) -> Any:
    """A picture field's file, for those who see the record and the field."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    look = entity.looks.get(name)
    value = look.get(record) if look is not None and look.kind == "picture" else None
    if not value or entity.right(user, name) in ("hidden", "masked"):
        raise Http404
    return picture_answer(request, value)


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
