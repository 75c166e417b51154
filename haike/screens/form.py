"""The form of an entity: new, edit, quick, and one field in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Entity, Section
from haike.kernel.look import Look, ReferenceLook
from haike.kernel.look.base import Raw
from haike.refused import Conflict, Refused
from haike.screens.conflict import Line, differences
from haike.screens.door import done, entity_view, find_record
from haike.screens.layout import LAID, Laid, laid_in_form, laid_out, line_in_form, line_of, shown_before
from haike.screens.module import plugged
from haike.screens.table import EntityWords, cell_of, fact_of, inside
from haike.screens.templatetags.haike import facts_of


@dataclass
class FormField:
    """One field of a form, with what was typed."""

    name: str
    label: Any
    required: bool
    help: Any
    widget: SafeString
    error: str
    wide: bool
    when: str = ""
    unless: str = ""
    lays_out: bool = False
    note: SafeString | str = ""


FIELD_NOTES: list[Callable[[str, str, int | None], SafeString | str]] = []
"""What rooms put below a field: of the entity's slug, the field's name, and the key of a record being changed."""


@dataclass
class FormPage:
    """Everything `kernel/form.html` shows."""

    title: Any
    action: str
    sections: list[dict[str, Any]]
    entity: EntityWords | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    version: int | None = None
    conflict: list[Line] = field(default_factory=list)
    buttons: list[dict[str, Any]] = field(default_factory=list)
    draft_key: str = ""
    hidden: dict[str, Any] = field(default_factory=dict)
    back_url: str = ""
    top: SafeString | str = ""
    bottom: SafeString | str = ""
    record_id: int | None = None
    laid_by: str = ""
    """The field by whose value the form is laid out."""


UPLOADED = ("file", "image")
"""Kinds of fields to which a form sends a file, or what the record has already."""


class Typed:
    """What a user typed for some fields: read from the request, parsed by the Looks, with the errors kept."""

    def __init__(self, looks: dict[str, Look], user: Any) -> None:
        self.looks, self.user = looks, user
        self.raw: dict[str, Raw] = {}
        self.uploads: dict[str, Any] = {}
        self.started: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.errors: dict[str, str] = {}
        self.message = ""
        self.unseen: Collection[str] = ()
        """What was not in the form that is read; a switch that the request does not name is else off."""

    def start(self, values: dict[str, Any]) -> None:
        """Fill in values of a record or defaults."""
        for name, value in values.items():
            if name in self.looks:
                self.raw[name] = self.looks[name].raw(value)
                self.started[name] = value

    def read(self, data: QueryDict, files: Any = None, *, whole: bool = False) -> None:
        """Take what the request sent; fields that it does not name keep what they had, in a `whole` form are empty."""
        for name, look in self.looks.items():
            if look.kind == "picture":
                self._read_picture(name, data, files)
            elif look.kind in UPLOADED:
                self._read_upload(name, data, files)
            elif name in data:
                several = look.multiple or look.kind in ("region", "address", "lines")
                self.raw[name] = [str(each) for each in data.getlist(name)] if several else str(data[name])
            elif (look.multiple or look.kind == "yesno") and name not in self.unseen:
                self.raw[name] = []
            elif whole:
                self.raw[name] = [] if look.kind in ("region", "address") else ""

    def _read_picture(self, name: str, data: QueryDict, files: Any) -> None:
        if files and name in files:
            self.uploads[name] = files[name]
        elif data.get(f"{name}-clear") == "1":
            self.uploads[name] = ""

    def _read_upload(self, name: str, data: QueryDict, files: Any) -> None:
        if files and name in files:
            self.uploads[name] = files[name]
        elif data.get(f"{name}-clear") == "1":
            self.raw[name] = ""
        elif name in data:
            self.raw[name] = str(data[name])

    def parse(self) -> bool:
        """Turn the text into values; False when something cannot be read."""
        for name in self.looks:
            if self.looks[name].kind == "picture":
                if name not in self.uploads:
                    continue  # the present picture stays
            elif name not in self.raw and name not in self.uploads:
                continue
            elif self._stays(name):
                self.values[name] = self.started[name]
                continue
            try:
                raw = self.uploads[name] if name in self.uploads else self.raw[name]
                self.values[name] = self.looks[name].parse(raw, self.user)
                if self.looks[name].kind in UPLOADED:
                    # A form that comes back for another reason still has the file.
                    self.raw[name] = self.looks[name].raw(self.values[name])
            except Refused as no:
                self.errors[name] = str(no)
                if isinstance(self.looks[name], ReferenceLook):
                    self.raw[name] = ""  # the widget would show the title of a record that is not the user's
        return not self.errors

    def _stays(self, name: str) -> bool:
        """Whether link or file is the same as before, which then need not be one that the user may choose."""
        look, before = self.looks[name], self.started.get(name)
        kept = isinstance(look, ReferenceLook) or look.kind in UPLOADED
        if not kept or look.multiple or before is None or name in self.uploads:
            return False
        return self.raw[name] == look.raw(before)

    def refuse(self, no: Refused) -> None:
        """Put the sentences of a Refused beside the fields they belong to."""
        for name, sentence in no.fields.items():
            if name in self.looks:
                self.errors[name] = str(sentence)
            else:
                self.message = f"{self.message} {sentence}".strip()
        if no.message and not (no.fields and str(no.message) in map(str, no.fields.values())):
            self.message = f"{no.message} {self.message}".strip()

    def sections(self, sections: Iterable[Section]) -> list[dict[str, Any]]:
        """The sections with those of their fields that are in this form."""
        found = []
        for section in sections:
            fields = [self.field(name) for name in section.fields if name in self.looks]
            if fields:
                found.append({"label": section.label, "fields": fields, "folded": section.folded})
        return found

    def field(self, name: str) -> FormField:
        """One field as the template shows it."""
        look, error = self.looks[name], self.errors.get(name, "")
        widget = look.widget(name, self.raw.get(name, ""), invalid=bool(error))
        when = json.dumps(look.when) if look.when and look.when["field"] in self.looks else ""
        unless = [other for other in look.unless if other in self.looks]
        required = look.required or (bool(unless) and not any(self.raw.get(other) for other in unless))
        return FormField(name, look.label, required, look.help, widget, error, look.wide, when, " ".join(unless))

    def error_lines(self) -> list[dict[str, Any]]:
        """All errors for the summary on top."""
        return [
            {"name": name, "label": self.looks[name].label, "message": error} for name, error in self.errors.items()
        ]


def form_looks(entity: Entity, user: Any, *, record: Any = None, names: list[str] | None = None) -> dict[str, Look]:
    """The fields that a form offers: editable ones; the owner only when a new record may be given away."""
    looks = entity.editable_by(user, made=record is not None)
    if entity.policy.through or record is not None or not entity.policy.may(user, "transfer"):
        looks.pop("owner", None)
    if record is not None and record.owner_id in entity.policy.veils(user):
        # What is masked in this record, such as a telephone number in a public sea, is no more shown to be changed.
        looks = {n: look for n, look in looks.items() if entity.policy.right_to(user, n, record) != "masked"}
    return {name: looks[name] for name in names if name in looks} if names else looks


def quick_names(entity: Entity) -> list[str]:
    """The fields of the short form: those that the entity names, and what the company demands besides."""
    return list(dict.fromkeys([*entity.quick, *demanded_names(entity)]))


def demanded_names(entity: Entity) -> list[str]:
    """The fields that the company demands besides those that the program needs; a short form must ask for them too."""
    own = [name for name, look in entity.looks.items() if look.required and name not in entity.declared_looks]
    return list(dict.fromkeys([*own, *sorted(laid_out(entity).required)]))


def initial_values(entity: Entity, request: HttpRequest) -> dict[str, Raw]:
    """What a link to the form fills in ("?customer=17")."""
    found: dict[str, Raw] = {}
    for name, look in entity.looks.items():
        if name in request.GET:
            raw: Raw = request.GET.getlist(name) if look.multiple else request.GET[name]
            if not isinstance(look, ReferenceLook) or _is_choosable(look, raw, request.user):
                found[name] = raw
    return found


def _is_choosable(look: Look, raw: Raw, user: Any) -> bool:
    try:
        look.parse(raw, user)
    except Refused:
        return False
    return True


BEGINNINGS: dict[str, Callable[[Any, QueryDict], dict[str, Any]]] = {}
"""Rooms below say what a new record of a kind (label) begins with that is made from another one, which the address of
its form names: (user, query) to values by field."""


def defaults(entity: Entity) -> dict[str, Any]:
    """The values of a fresh record."""
    blank = entity.blank()
    looks = {name: look for name, look in entity.looks.items() if look.editable and not isinstance(look, ReferenceLook)}
    return {name: look.get(blank) for name, look in looks.items()}


@entity_view("new", "create")
def new_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The form of a new record, all fields or (`?quick=1`) only the most needed."""
    user = cast(Any, request.user)
    quick = bool(entity.quick) and request.GET.get("quick") == "1"
    laid = laid_in_form(entity, request)
    looks = form_looks(entity, user, names=quick_names(entity) if quick else None)
    typed = Typed(laid.looks(looks, request), user)
    typed.start(defaults(entity))
    if "owner" in typed.looks:
        # Whoever may give it away owns it himself unless he chooses somebody else, or nobody.
        typed.start({"owner": user})
    begun = BEGINNINGS[entity.label](user, request.GET) if entity.label in BEGINNINGS else {}
    typed.start({name: value for name, value in begun.items() if name in typed.looks})
    typed.raw.update({name: raw for name, raw in initial_values(entity, request).items() if name in typed.looks})
    again = f"?{request.GET.urlencode()}" if request.GET else ""
    page = FormPage(
        title=_("New %(name)s") % {"name": inside(entity.name)},
        action=f"/{entity.slug}/new{again}",
        sections=[],
        entity=EntityWords.of(entity),
        buttons=[
            {"label": _("Save"), "primary": True, "name": "", "value": ""},
            {"label": _("Save and new"), "primary": False, "name": "then", "value": "new"},
        ],
        draft_key=f"{entity.slug}/new{'/quick' if quick else ''}",
        back_url=entity.url,
    )
    status = 200
    if request.method == "POST":
        if (
            not _turned(page, entity, typed, laid, request)
            and typed.parse()
            and not warn(page, entity, typed, None, request)
        ):
            try:
                record = entity.create(by=user, **typed.values)
            except Refused as no:
                typed.refuse(no)
            else:
                message = _("%(name)s “%(title)s” saved.") % {"name": entity.name, "title": record}
                if request.POST.get("then") == "new":
                    return _next(request, entity, message, again)
                return done(request, message, entity.url_of(record), record=record)
        status = 422
    _lay(page, entity, laid, line_in_form(entity, request))
    return render_form(request, page, typed, laid.in_sections(typed.looks), status)


def _lay(page: FormPage, entity: Entity, laid: Laid, line: str) -> None:
    """Let the form tell for which business line it was laid out, where that makes a difference."""
    if laid.by_line:
        page.laid_by, page.hidden[LAID] = entity.lines, line


def _turned(page: FormPage, entity: Entity, typed: Typed, laid: Laid, request: HttpRequest) -> bool:
    """Read a form; True when another business line was chosen in it, whose form must be looked at before saving.

    What was typed into fields that this line does not have stays in the form under a heading of its own.
    """
    before = shown_before(entity, request, laid)
    typed.unseen = before.unused if before else ()
    typed.read(request.POST, request.FILES)
    if before is None:
        return False
    for name in [name for name in typed.looks if name in laid.unused]:
        start = typed.looks[name].raw(typed.started.get(name))
        if typed.raw.get(name) in ("", [], start):
            del typed.looks[name]
    if request.POST.get("turn") != "1":
        page.message = str(_("The form has changed with what you chose. Please look through it and save again."))
    return True


def _next(request: HttpRequest, entity: Entity, message: Any, again: str) -> HttpResponse:
    """An empty form for the next record, and a word about the one just saved."""
    url = f"/{entity.slug}/new{again}"
    if not getattr(request, "htmx", False):
        return done(request, message, url)
    request.method = "GET"
    answer = new_view(request, entity.slug)
    answer["HX-Trigger"] = json.dumps({"saved": {"message": str(message), "again": True}})
    return answer


@entity_view("edit", "edit")
def edit_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """The form of a record; when somebody saved in between, both versions are shown and the user chooses."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="edit")
    laid = laid_in_form(entity, request, record)
    typed = Typed(laid.looks(form_looks(entity, user, record=record), request), user)
    typed.start({name: look.get(record) for name, look in typed.looks.items()})
    before = dict(typed.raw)
    page = FormPage(
        title=_("Edit: %(title)s") % {"title": record},
        action=f"/{entity.slug}/{pk}/edit",
        sections=[],
        entity=EntityWords.of(entity),
        version=record.version,
        record_id=pk,
        buttons=[{"label": _("Save"), "primary": True, "name": "", "value": ""}],
        draft_key=f"{entity.slug}/{pk}/edit",
        back_url=entity.url_of(record),
    )
    status = 200
    if request.method == "POST":
        turned = _turned(page, entity, typed, laid, request)
        _keep_theirs(request, typed, before)
        # A form that comes back keeps the version that its reader has seen; the present one would hide what is new.
        page.version = sent = whole(request.POST.get("version", ""))
        if not turned and typed.parse() and not warn(page, entity, typed, record, request):
            try:
                page.conflict, record = _save(entity, record, user, sent, typed)
                page.version = record.version
                if not page.conflict:
                    message = _("%(name)s “%(title)s” saved.") % {"name": entity.name, "title": record}
                    return done(request, message, entity.url_of(record))
            except Refused as no:
                typed.refuse(no)
        status = 409 if page.conflict else 422
    _lay(page, entity, laid, line_in_form(entity, request, record))
    return render_form(request, page, typed, laid.in_sections(typed.looks), status)


def _keep_theirs(request: HttpRequest, typed: Typed, current: dict[str, Raw]) -> None:
    for name in typed.looks:
        if request.POST.get(f"keep-{name}") == "theirs":
            typed.raw[name] = current[name]


def _save(entity: Entity, record: Any, user: Any, version: int | None, typed: Typed) -> tuple[list[Line], Any]:
    """Write what was typed, or tell on which fields somebody else saved something different; raises Refused.

    Returns those fields and the record as it stands. Fields that two people changed each for himself stand side by
    side; nobody is asked about those.
    """
    while True:
        try:
            return [], entity.change(record, by=user, version=version, **typed.values)
        except Conflict as conflict:
            lines = differences(entity, conflict, version or 0, typed.values, typed.looks, user)
            if lines:
                return lines, conflict.current
            version = conflict.current.version


def has_seen(request: HttpRequest, seen: str) -> bool:
    """Whether these lines stood in the form that was sent; a browser sends line ends in its own way."""
    return request.POST.get("seen", "").splitlines() == seen.splitlines()


def warn(page: FormPage, entity: Entity, typed: Typed, record: Any, request: HttpRequest) -> bool:
    """Show what the entity warns of, once; sending the form again means that the user has seen it."""
    warnings = [str(warning) for warning in entity.check_values(typed.values, record, typed.user)]
    warnings += _typed_for_nothing(entity, typed, record, request.POST)
    seen = "\n".join(warnings)
    if not warnings or has_seen(request, seen):
        return False
    page.hidden["seen"] = seen
    page.message = str(_("Please look at this first; save again if it is right."))
    page.top = format_html_join("", '<p class="notice notice-warn">{}</p>', ((warning,) for warning in warnings))
    return True


def _typed_for_nothing(entity: Entity, typed: Typed, record: Any, sent: QueryDict) -> list[str]:
    """What was typed into a field that an administrator deleted meanwhile: here it is read and copied a last time."""
    lost = []
    for name in sent:
        look = None if name in entity.looks else entity.additions.logged(entity, name)
        if look is None or look.kind in UPLOADED or entity.right(typed.user, name) != "edit":
            continue
        several = isinstance(look.raw(None), list)
        raw: Raw = [str(each) for each in sent.getlist(name)] if several else str(sent[name])
        if any(raw) and raw != look.raw(look.get(entity.blank() if record is None else record)):
            said = _("The field “%(label)s” was deleted meanwhile; this is not saved: %(typed)s")
            lost.append(said % {"label": look.label, "typed": raw if isinstance(raw, str) else ", ".join(raw)})
    return lost


def render_form(
    request: HttpRequest, page: FormPage, typed: Typed, sections: Iterable[Section], status: int
) -> HttpResponse:
    """The form as a page, or as a fragment for the drawer."""
    page.sections = typed.sections(sections)
    if page.entity is not None:
        for each in [shown for section in page.sections for shown in section["fields"]]:
            notes = [(note(page.entity.slug, each.name, page.record_id),) for note in plugged(FIELD_NOTES)]
            each.note = format_html_join("", "{}", notes)
            each.lays_out = each.name == page.laid_by
    page.errors = typed.error_lines()
    page.message = page.message or typed.message
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=status)


@entity_view("field", "edit")
def field_view(request: HttpRequest, entity: Entity, pk: int, name: str) -> HttpResponse:
    """One field of a record, edited where it stands."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="edit")
    looks = form_looks(entity, user, record=record, names=[name])
    if name not in looks:
        raise Refused(_("You may not change this field."))
    laid = laid_out(entity, line_of(entity, record))
    looks = {name: laid.demanded(look) for name, look in looks.items()}
    typed, status = Typed(looks, user), 200
    look, url, version = looks[name], f"/{entity.slug}/{pk}/field/{name}", record.version
    page = FormPage(title=look.label, action=url, sections=[])
    lines: list[Line] = []
    typed.start({name: look.get(record)})
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        sent = whole(request.POST.get("version", ""))
        version = version if sent is None else sent
        status = 422
        if typed.parse() and not warn(page, entity, typed, record, request):
            try:
                lines, record = _save(entity, record, user, sent, typed)
                version, status = record.version, 409 if lines else 200
            except Refused as no:
                typed.refuse(no)
                typed.errors.setdefault(name, typed.message)
        if status == 200:
            return _shown(entity, user, record, name, look)
    elif request.GET.get("show") == "1":
        return _shown(entity, user, record, name, look)
    context = {
        **vars(typed.field(name)),
        "edit_url": url,
        "cancel_url": entity.url_of(record),
        "version": version,
        "hidden": page.hidden,
        "warnings": page.top,
        "conflict": lines[0] if lines else None,
        "long": look.kind == "longtext",
    }
    return render(request, "kernel/field.html#edit", {"field": context}, status=status)


def _shown(entity: Entity, user: Any, record: Any, name: str, look: Look) -> HttpResponse:
    masked = entity.policy.right_to(user, name, record) == "masked"
    html = cell_of(entity, user, name, look, record) if masked else fact_of(look, look.get(record))
    shown = {"name": name, "label": look.label, "html": html, "edit_url": f"/{entity.slug}/{record.pk}/field/{name}"}
    return HttpResponse(facts_of([shown]))
