"""The three logs: who signed in, who changed what, what broke."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entities, entity_named
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS, SETTLED, Change, shown_diff
from haike.people.alarm.kinds import ENTITY as ALARM
from haike.people.company.profile import LABEL as COMPANY
from haike.people.error.record import ErrorRecord
from haike.people.journal.page import (
    Column,
    Journal,
    OptionLook,
    days,
    moment,
    person_filter,
    person_link,
    plain,
    within,
    words_filter,
)
from haike.people.pages import demand_grant
from haike.people.signin.record import SignIn
from haike.screens.actor import name_of, source_of
from haike.screens.record import log_entry

OTHER_KINDS = {
    COMPANY: _("Company profile"),
    "kernel.option": _("Settings"),
    "site.module": _("Modules"),
    "site.number": _("Running numbers"),
    "fields.ownfield": _("Own fields"),
    "fields.layout": _("Layouts"),
    "kernel.dictionaryword": _("Pick-lists"),
    "api.webhook": _("Webhook"),
    "papers.mailserver": _("Outgoing mail"),
    "people.sign-ins": _("Sign-in log"),
    "people.operations": _("Operation log"),
    "people.errors": _("Faults"),
    "people.alarms": _("Alarms"),
    "people.exports": _("Log of exports"),
    ALARM: _("Alarm"),
}
OTHER_ACTIONS = {
    "password": _("set the password of"),
    "unlock": _("unlocked"),
    "alarm": _("raised an alarm"),
    "seen": _("marked as seen"),
}


def sign_ins_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """Every attempt to sign in."""
    demand_grant(request, "log")

    def find(values: dict[str, Any]) -> QuerySet[SignIn]:
        rows = within(SignIn.objects.select_related("user"), values, user="user", result="result")
        if words := values.get("q"):
            rows = rows.filter(Q(typed__icontains=words) | Q(ip__startswith=words) | Q(user__name__icontains=words))
        return rows

    results = {value: str(label) for value, label in SignIn.Result.choices}
    return Journal(
        key="sign-ins",
        title=_("Sign-in log"),
        url="/settings/sign-ins/",
        looks={
            "q": words_filter(_("Name or address")),
            "user": person_filter(),
            "result": OptionLook("result", _("Result"), results),
            **days(),
        },
        find=find,
        columns=[
            plain(_("Time"), lambda row: moment(row.at)),
            Column(_("User"), lambda row: person_link(row.user), lambda row: row.user),
            plain(_("Typed name"), lambda row: row.typed),
            plain(_("Result"), lambda row: row.get_result_display()),
            plain(_("IP address"), lambda row: row.ip or ""),
            plain(_("Browser"), lambda row: row.agent, wide=True),
        ],
    ).answer(request)


def _kind(label: str) -> Any:
    entity = entity_named(label)
    return entity.name if entity is not None else OTHER_KINDS.get(label, label)


def _who(row: Change) -> Any:
    return row.by or name_of(row.by_name)


def _action(row: Change) -> Any:
    return ACTION_LABELS.get(row.action) or OTHER_ACTIONS.get(row.action, row.action)


class _Titles:
    """The names of the records that rows of the log are about, fetched kind by kind."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], str] = {}

    def fetch(self, rows: list[Change]) -> None:
        """Find the names for these rows."""
        wanted: dict[str, set[int]] = {}
        for row in rows:
            wanted.setdefault(row.entity, set()).add(row.record_id)
        for label, keys in wanted.items():
            entity = entity_named(label)
            if entity is not None:
                found: dict[int, Any] = entity.model._base_manager.in_bulk(list(keys))
                self.known.update({(label, pk): str(record) for pk, record in found.items()})

    def text(self, row: Change) -> str:
        """The name, or the number of a record that is gone."""
        return self.known.get((row.entity, row.record_id), f"#{row.record_id}" if row.record_id else "")

    def html(self, row: Change) -> Any:
        """The name with a link to the page."""
        entity, text = entity_named(row.entity), self.text(row)
        if entity is None or (row.entity, row.record_id) not in self.known:
            return text
        return format_html('<a href="{}">{}</a>', f"{entity.url}{row.record_id}/", text)


def _lines(row: Change, user: Any) -> list[dict[str, Any]]:
    entity = entity_named(row.entity)
    if isinstance(entity, Entity):
        lines: list[dict[str, Any]] = log_entry(entity, user, row)["diff"]
        return lines
    told = shown_diff(row).items()
    return [{"label": FIELD_LABELS.get(name, name), "old": old, "new": new} for name, (old, new) in told]


def _said(line: dict[str, Any]) -> str:
    old, new = line["old"] or "–", line["new"] or "–"
    return f"{line['label']}: {old} → {new}"


def operations_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """Every change of every record."""
    demand_grant(request, "log")
    titles = _Titles()

    def find(values: dict[str, Any]) -> QuerySet[Change]:
        rows = within(
            Change.objects.exclude(action=SETTLED).select_related("by"),
            values,
            user="by",
            entity="entity",
            action="action",
        )
        return rows.filter(origin__startswith=values["q"]) if values.get("q") else rows

    kinds = {**{entity.label: str(entity.name) for entity in entities()}, **{k: str(v) for k, v in OTHER_KINDS.items()}}
    actions = {**{k: str(v) for k, v in ACTION_LABELS.items()}, **{k: str(v) for k, v in OTHER_ACTIONS.items()}}
    return Journal(
        key="operations",
        title=_("Operation log"),
        url="/settings/operations/",
        looks={
            "user": person_filter(),
            "entity": OptionLook("entity", _("Kind"), kinds),
            "action": OptionLook("action", _("Action"), actions),
            **days(),
            "q": words_filter(_("Address")),
        },
        find=find,
        prepare=titles.fetch,
        columns=[
            plain(_("Time"), lambda row: moment(row.at)),
            Column(_("User"), lambda row: person_link(row.by, _who(row)), _who),
            plain(_("Action"), _action),
            plain(_("Kind"), lambda row: _kind(row.entity)),
            Column(_("Record"), titles.html, titles.text),
            Column(
                _("What"),
                lambda row: format_html_join(
                    "", "<div>{}</div>", ((_said(line),) for line in _lines(row, request.user))
                ),
                lambda row: "\n".join(_said(line) for line in _lines(row, request.user)),
                wide=True,
            ),
            plain(_("From where"), lambda row: source_of(row.origin) or row.origin),
        ],
    ).answer(request)


def errors_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """What broke, found by the number that a user read out."""
    demand_grant(request, "log")

    def find(values: dict[str, Any]) -> QuerySet[ErrorRecord]:
        rows = within(ErrorRecord.objects.select_related("user"), values, user="user")
        if words := values.get("q"):
            rows = rows.filter(
                Q(number__icontains=words)
                | Q(path__icontains=words)
                | Q(kind__icontains=words)
                | Q(message__icontains=words)
            )
        return rows

    return Journal(
        key="errors",
        title=_("Faults"),
        url="/settings/errors/",
        looks={"q": words_filter(_("Number, page or kind")), "user": person_filter(), **days()},
        find=find,
        columns=[
            Column(
                _("Number"),
                lambda row: format_html('<a href="/settings/errors/{}">{}</a>', row.pk, row.number),
                lambda row: row.number,
            ),
            plain(_("Time"), lambda row: moment(row.at)),
            Column(_("User"), lambda row: person_link(row.user), lambda row: row.user),
            plain(_("Page"), lambda row: f"{row.method} {row.path}"),
            plain(_("Kind"), lambda row: row.kind),
            plain(_("Message"), lambda row: row.message, wide=True),
        ],
    ).answer(request)


def error_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One fault with its trace, for whoever mends it."""
    demand_grant(request, "log")
    error = get_object_or_404(ErrorRecord.objects.select_related("user"), pk=pk)
    return render(request, "people/error.html", {"record": error, "at": moment(error.at)})
