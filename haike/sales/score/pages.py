"""The pages of scoring: rules, how the present records are spread, what was learned; and the form of a rule.

Leads and opportunities have the same pages; the address says which are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from haike.digits import whole
from haike.kernel.entity import Section
from haike.kernel.filter import Group
from haike.kernel.look import look_for
from haike.people.pages import demand_grant
from haike.people.typed import AllTyped
from haike.refused import Refused
from haike.sales.score.points import Rules, spread, understand
from haike.sales.score.record import ABOUTS, ScoreRule
from haike.sales.score.rules import GRANT, add_usual, delete_rule, fill, save_rule, tried
from haike.sales.score.scored import SCORED, Part, Scored
from haike.sales.score.subject import SUBJECTS, entity_about
from haike.screens.dialogs import FilterForm, add_line, show_again
from haike.screens.door import done, refused_page
from haike.screens.form import FormPage

View = Callable[..., HttpResponse]
MORE: dict[str, Callable[[HttpRequest], dict[str, Any]]] = {}
"""What else stands on the page of some records, by the name of their model: the model learned from leads."""


def for_scorers(view: View) -> View:
    """Only for those who hold the grant and see what is scored; for others the page is not there."""

    @wraps(view)
    def inner(request: HttpRequest, of: str = "lead", **where: Any) -> HttpResponse:
        demand_grant(request, GRANT)
        scored = SCORED[of]
        if not scored.entity.policy.may(cast(Any, request.user), "view"):
            raise Http404
        try:
            return view(request, scored, **where)
        except Refused as no:
            return refused_page(request, no)

    return inner


def posted(request: HttpRequest) -> Any:
    """The user who sent a form; anything else is no such page."""
    if request.method != "POST":
        raise Http404
    return request.user


@for_scorers
def scoring_view(request: HttpRequest, scored: Scored) -> HttpResponse:
    """Rules, spread, and what was learned."""
    known = scored.held()
    name = scored.model._meta.model_name
    spreads = [(part, tried(scored, part)[0]) for part in scored.parts] if known.rules else []
    context = {
        "scored": scored,
        "rules": [_row(row, known) for row in ScoreRule.objects.filter(about__in=scored.abouts)],
        "abouts": [(about, SUBJECTS[about].title) for about in scored.abouts],
        "spreads": [(part.label if len(scored.parts) > 1 else "", bars(scores)) for part, scores in spreads],
        "newest": scored.words.newest % {"n": len(spreads[0][1])} if spreads and spreads[0][1] else "",
        "grades": [],
        **(MORE[name](request) if name in MORE else {}),
    }
    if spreads and (grades := context.get("grades_of")):
        context["grades"] = grades(spreads[0][1])
    template = "sales/scoring.html#body" if getattr(request, "htmx", False) else "sales/scoring.html"
    return render(request, template, {"page": context})


def _row(row: ScoreRule, known: Rules) -> dict[str, Any]:
    rule = next((rule for rule in known.rules if rule.row.pk == row.pk), None)
    joined = _(" or ") if rule is not None and rule.filter.any_of else _(" and ")
    said = joined.join(line.say() for line in rule.filter.lines()) if rule is not None else ""
    return {
        "rule": row, "said": said, "broken": known.broken.get(row.pk, ""), "talk": SUBJECTS[row.about].each,
        "about": ABOUTS[row.about],
    }  # fmt: skip


def bars(scores: list[int], then: list[int] | None = None) -> list[dict[str, Any]]:
    """How many score how much, as bars; with a second list also as it would be."""
    counts, others = spread(scores), spread(then or [])
    most = max(*counts, *others, 1)
    return [
        {
            "label": f"{at * 10}–{at * 10 + 9 if at < 9 else 100}",
            "number": number,
            "percent": number * 100 // most,
            "then": others[at],
            "then_percent": others[at] * 100 // most,
        }
        for at, number in enumerate(counts)
    ]


def _ready_form(request: HttpRequest, row: ScoreRule) -> tuple[AllTyped, FilterForm]:
    meta = ScoreRule._meta
    names = ["name", "points", *(["halves_after", "times"] if SUBJECTS[row.about].each else [])]
    typed = AllTyped({name: look_for(cast(Any, meta.get_field(name))) for name in names}, cast(Any, request.user))
    typed.start({name: getattr(row, name) for name in names})
    return typed, FilterForm(request, entity_about(row.about))


@for_scorers
def rule_view(request: HttpRequest, scored: Scored, pk: int | None = None) -> HttpResponse:
    """A new rule or an old one: what it finds, and how many points that is; tried before it is saved."""
    about = request.GET.get("about", "")
    about = about if about in scored.abouts else scored.abouts[0]
    row = _rule(scored, pk) if pk is not None else ScoreRule(about=about)
    typed, builder = _ready_form(request, row)
    trial, status = "", 200
    if request.method == "POST":
        data = builder.read(request.POST)
        row.condition = orjson.dumps(data).decode()
        typed.read(request.POST)
        right = typed.parse()
        try:
            understood = understand(row)
            builder.show(understood)
        except Refused as no:
            show_again(builder, data, str(no))
            typed.message, right = "" if typed.errors else str(no), False
        if adding := request.POST.get("add", ""):
            add_line(builder, adding)
        elif right:
            try:
                values = {**typed.values, "condition": row.condition}
                if not request.POST.get("try"):
                    version = whole(request.POST.get("version", "")) or 0
                    saved = save_rule(row, values, version=version, by=cast(Any, request.user))
                    return done(request, _("Rule “%(name)s” saved.") % {"name": saved.name}, scored.page, go=True)
                fill(row, values)
                trial = _trial(request, scored, row)
            except Refused as no:
                typed.refuse(no)
                status = 422
        else:
            status = 422
    else:
        builder.show(understand(row) if row.pk and row.pk not in scored.held().broken else Group())
    conditions = render_to_string("sales/conditions.html", {"filter": builder, "trial": trial}, request=request)
    buttons = [
        {"label": _("Save"), "primary": True, "name": "", "value": ""},
        {"label": _("Try it"), "primary": False, "name": "try", "value": "1"},
    ]
    page = FormPage(
        title=SUBJECTS[row.about].title,
        action=request.get_full_path(),
        sections=typed.sections([Section("", list(typed.looks))]),
        errors=typed.error_lines(),
        message=typed.message,
        version=row.version if row.pk else None,
        back_url=scored.page,
        bottom=conditions,
        buttons=buttons,
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=status)


def _rule(scored: Scored, pk: int) -> ScoreRule:
    return get_object_or_404(ScoreRule, pk=pk, about__in=scored.abouts)


def _trial(request: HttpRequest, scored: Scored, row: ScoreRule) -> str:
    part: Part = scored.part_of(row.about)
    before, then = tried(scored, part, row)
    moved = sum(a != b for a, b in zip(before, then, strict=True))
    context = {
        "bars": bars(before, then), "title": scored.words.trial, "part": part.label if len(scored.parts) > 1 else "",
        "said": scored.words.moved % {"moved": moved, "n": len(before)},
    }  # fmt: skip
    return render_to_string("sales/trial.html", {"trial": context}, request=request)


@for_scorers
def delete_view(request: HttpRequest, scored: Scored, pk: int) -> HttpResponse:
    """Take a rule away."""
    user, row = posted(request), _rule(scored, pk)
    delete_rule(row, by=user)
    return done(request, scored.words.deleted % {"name": row.name}, scored.page)


@for_scorers
def usual_view(request: HttpRequest, scored: Scored) -> HttpResponse:
    """Begin with the usual rules."""
    number = add_usual(scored, by=posted(request))
    return done(request, _("%(number)s rules added; change them as you like.") % {"number": number}, scored.page)
