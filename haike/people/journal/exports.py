"""The log of exports: every file that left the house, found by the number that stands in it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.exchange.exported import Export, number_in
from haike.kernel.entity import entities, entity_named
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
from haike.people.journal.views import OTHER_KINDS
from haike.people.pages import demand_grant
from haike.screens.actor import source_of

HERE = "/settings/exports/"
OTHER_FORMS = {"print": _("Paper"), "link": _("Link"), "mail": _("E-mail")}


def exports_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """Who took what: number, filter, columns, rows."""
    demand_grant(request, "log")

    def find(values: dict[str, Any]) -> QuerySet[Export]:
        rows = within(Export.objects.select_related("by"), values, user="by", entity="entity")
        if words := values.get("q"):
            number = number_in(words)
            named = Q(by__name__icontains=words) | Q(columns__icontains=words) | Q(filter__icontains=words)
            rows = rows.filter(Q(pk=number) if number is not None else named)
        return rows

    kinds = {**{entity.label: str(entity.label_plural) for entity in entities()}, **_other_kinds()}
    return Journal(
        key="exports",
        title=_("Log of exports"),
        url=HERE,
        looks={
            "q": words_filter(_("Number, name, column or filter")),
            "user": person_filter(),
            "entity": OptionLook("entity", _("Kind"), kinds),
            **days(),
        },
        find=find,
        columns=[
            plain(_("Export number"), lambda row: row.number),
            plain(_("Time"), lambda row: moment(row.at)),
            Column(_("User"), lambda row: person_link(row.by), lambda row: row.by),
            plain(_("Kind"), lambda row: _kind(row.entity)),
            plain(_("Rows"), lambda row: f"{row.rows:,}" if row.rows is not None else _("Not finished")),
            plain(_("Columns"), lambda row: row.columns, wide=True),
            plain(_("Filter"), lambda row: row.filter, wide=True),
            plain(_("File"), lambda row: OTHER_FORMS.get(row.format, row.format.upper())),
            plain(_("From where"), lambda row: source_of(row.origin) or row.origin),
        ],
    ).answer(request)


def _other_kinds() -> dict[str, str]:
    labels = ("people.sign-ins", "people.operations", "people.errors", "people.alarms", "people.exports")
    return {label: str(OTHER_KINDS[label]) for label in labels}


def _kind(label: str) -> Any:
    entity = entity_named(label)
    return entity.label_plural if entity is not None else OTHER_KINDS.get(label, label)
