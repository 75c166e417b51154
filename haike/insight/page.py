"""The page of a pivot: what a list has found, by rows and columns."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.insight.answer import Answer
from haike.insight.chart import chart_of
from haike.insight.dimension import dimensions
from haike.insight.kept import WHO, SavedPivot, keep_pivot, pivots_for
from haike.insight.measure import measures
from haike.insight.question import CHARTS, SHARES, TOPS, flat, read_question
from haike.insight.table import Links, Table, options
from haike.kernel.entity import Entity, Section
from haike.kernel.look import ChoiceLook, TextLook
from haike.refused import Refused
from haike.screens.door import done, entity_view
from haike.screens.form import FormPage, Typed
from haike.screens.list import read_page
from haike.screens.view import ViewPage


class PivotPage(ViewPage):
    """What `insight/pivot.html` shows."""

    view = "pivot"

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        super().__init__(request, entity)
        self.question = read_question(entity, self.user, flat(request.GET))
        self.beside = self.question.asked()
        self.offered = list(entity.categories_for(self.user))
        self.refused = ""
        self.answer: Answer | None = None

    def load(self) -> None:
        """Ask the database; what it cannot answer is said in the place of the table."""
        try:
            self.answer = Answer(self.question, self.selection)
        except Refused as no:
            self.refused = str(no)
            return
        links = Links(self.declared.url, self.query, self.selection.filter)
        self.table = Table(self.answer, links, lambda order: self.url(order=order))
        self.chart = chart_of(self.answer)
        self.picture = self.chart.svg() if self.chart else ""

    # -- what is asked ---------------------------------------------------------------------------------------------

    @cached_property
    def known(self) -> list[tuple[str, Any]]:
        """All dimensions, for the selects."""
        return [(key, each.label) for key, each in dimensions(self.declared, self.user).items()]

    @cached_property
    def selects(self) -> list[dict[str, Any]]:
        """The selects for rows and columns."""
        rows, column = self.question.rows, self.question.column
        chosen = {
            "rows": rows[0].key if rows else "-",
            "then": rows[1].key if len(rows) > 1 else "",
            "column": column.key if column else "",
        }
        labels = {
            "rows": pgettext_lazy("pivot", "Rows"),
            "then": _("and below them"),
            "column": pgettext_lazy("pivot", "Columns"),
        }
        return [
            {
                "name": name,
                "label": labels[name],
                "options": options([("-", _("None"))] if name == "rows" else [], chosen[name])
                + options(self.known, chosen[name], None if name == "rows" else _("None")),
            }
            for name in labels
        ]

    @cached_property
    def measured(self) -> list[tuple[str, Any, bool]]:
        """The measures, and which are chosen."""
        chosen = [measure.key for measure in self.question.measures]
        return [(key, each.label, key in chosen) for key, each in measures(self.declared, self.user).items()]

    @property
    def tops(self) -> Any:
        """How many lines."""
        pairs = [(str(top), _("First %(number)s and others") % {"number": top}) for top in TOPS]
        return options(pairs, str(self.question.top or ""), _("All"))

    @property
    def shares(self) -> Any:
        """Values or shares."""
        return options(SHARES.items(), self.question.share)

    @property
    def charts(self) -> Any:
        """The kind of chart."""
        return options(CHARTS.items(), self.question.chart)

    @property
    def further(self) -> str:
        """What is chosen beyond rows, columns and measures, where that is folded away."""
        asked = self.question
        top = _("First %(number)s and others") % {"number": asked.top} if asked.top else ""
        said = [top, SHARES[asked.share] if asked.share else "", CHARTS[asked.chart] if asked.chart else ""]
        return " · ".join(str(each) for each in (*said, _("Heat colours") if asked.heat else "") if each)

    @cached_property
    def kept_state(self) -> dict[str, str]:
        """What the form of the question carries along: the state of the list and the order."""
        order = {"order": self.question.order} if self.question.order else {}
        return {**self.query, **order}

    @cached_property
    def turn_url(self) -> str:
        """Rows as columns and columns as rows."""
        return self._asking(self.question.turned().asked())

    def _asking(self, asked: dict[str, str]) -> str:
        return f"{self.base}?{urlencode({**self.query, **asked})}"

    @cached_property
    def list_url(self) -> str:
        """The list with the same records."""
        return self.url_as("")

    @cached_property
    def sheet_url(self) -> str:
        """The pivot as XLSX, or nothing."""
        return f"{self.base}/sheet?{urlencode({**self.query, **self.beside})}" if self.may["export"] else ""

    @cached_property
    def keep_url(self) -> str:
        """The dialog that names a pivot."""
        return f"{self.base}/keep?{urlencode({**self.query, **self.beside})}"

    @cached_property
    def pivots(self) -> list[dict[str, Any]]:
        """Saved pivots of this list."""
        now, me = urlencode({**self.query, **self.beside}), self.user.pk
        return [
            {
                "name": row.name,
                "url": f"{self.base}?{row.state}",
                "active": row.state == now,
                "mine": row.owner_id == me,
                "who": WHO[row.who],
                "delete_url": f"{self.base}/{row.pk}/delete" if row.owner_id == me else "",
            }
            for row in pivots_for(self.declared.label, self.user)
        ]

    @cached_property
    def pivot_name(self) -> str:
        """The name of the saved pivot that is shown."""
        return next((str(each["name"]) for each in self.pivots if each["active"]), "")

    @property
    def notes(self) -> list[str]:
        """What is to be known about the table."""
        found: list[Any] = []
        if self.question.missing:
            found.append(_("Some rows, columns or measures are left out: you may not see them, or they are gone."))
        if self.answer and self.answer.dropped:
            said = _("%(number)s more lines are not shown; the totals are those of all. Narrow the list to see them.")
            found.append(said % {"number": f"{self.answer.dropped:,}"})
        return [str(each) for each in found]


def read_pivot(request: HttpRequest, entity: Entity) -> PivotPage:
    """The pivot that an address asks for; only what is shown as a list has one."""
    if "list" in entity.views:
        raise Http404
    return read_page(request, entity, PivotPage)


@entity_view("pivot")
def pivot_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The pivot as a page, or only what changes for htmx."""
    page = read_pivot(request, entity)
    page.load()
    fragment = getattr(request, "htmx", False) and not getattr(request.htmx, "history_restore_request", False)  # type: ignore[attr-defined]
    return render(request, "insight/pivot.html#body" if fragment else "insight/pivot.html", {"page": page})


class WhoLook(ChoiceLook):
    """Who sees a saved pivot."""

    def options(self, *, new: bool = False) -> dict[str, str]:
        return {key: str(label) for key, label in WHO.items()}


@entity_view("pivot_keep")
def keep_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Save the pivot under a name, for oneself, one's roles or everybody."""
    user, page = cast(Any, request.user), read_pivot(request, entity)
    name = TextLook("name", _("Name of the pivot"), field=SavedPivot._meta.get_field("name"))
    who = WhoLook("who", _("Who sees it"))
    who.required = True
    typed = Typed({"name": name, "who": who}, user)
    typed.start({"name": page.pivot_name, "who": "me"})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            state = urlencode({**page.query, **page.beside})
            try:
                kept = keep_pivot(entity.label, typed.values["name"], state, typed.values["who"], by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("Pivot “%(name)s” saved.") % {"name": kept}, f"{page.base}?{state}", go=True)
    form = FormPage(
        title=_("Save this pivot"),
        action=page.keep_url,
        sections=typed.sections([Section("", ["name", "who"])]),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=page.url(),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": form}, status=422 if typed.errors or typed.message else 200)


@entity_view("pivot_delete")
def delete_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Delete one of one's saved pivots."""
    found = SavedPivot.objects.filter(pk=pk, entity=entity.label, owner_id=request.user.pk).first()
    if found is None or request.method != "POST":
        raise Http404
    found.delete()
    return done(request, _("Pivot “%(name)s” deleted.") % {"name": found.name}, f"{entity.url}pivot", go=True)
