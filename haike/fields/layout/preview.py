"""How a layout that is not saved yet will look: a record's page, and the form of a new record."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.fields.layout.held import laid_of
from haike.fields.layout.plan import Plan
from haike.kernel.entity import Entity
from haike.screens.form import FormPage, Typed, defaults, form_looks
from haike.screens.record import RecordPage
from haike.screens.table import EntityWords

SHOWN = ("page", "form")


def preview(request: HttpRequest, entity: Entity, line: str, plan: Plan, what: str) -> SafeString | None:
    """The page of the newest record that the administrator sees, or the form; None where there is no record."""
    # As if somebody had just opened it: what the designer sent is not for the panels.
    asked = copy(request)
    asked.method, asked.GET, asked.POST = "GET", QueryDict(), QueryDict()
    return _page(asked, entity, line, plan) if what == "page" else _form(asked, entity, plan)


def _page(request: HttpRequest, entity: Entity, line: str, plan: Plan) -> SafeString | None:
    rows = entity.model.objects.visible_to(cast(Any, request.user))
    if line:
        rows = rows.filter(**{entity.lines: line})
    record = rows.order_by("-pk").first()
    if record is None:
        return None
    page = RecordPage(request, entity, record)
    page.laid = laid_of(entity, plan)
    return render_to_string("kernel/record.html#body", {"page": page}, request)


def _form(request: HttpRequest, entity: Entity, plan: Plan) -> SafeString:
    laid = laid_of(entity, plan)
    typed = Typed(laid.looks(form_looks(entity, request.user), request), request.user)
    typed.start(defaults(entity))
    sections = typed.sections(laid.in_sections(typed.looks))
    page = FormPage(_("New %(name)s") % {"name": entity.name}, "", sections, EntityWords.of(entity))
    return render_to_string("kernel/form.html#form", {"form": page}, request)
