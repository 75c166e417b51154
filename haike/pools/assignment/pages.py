"""The conditions of a rule, and all rules tried on what is there."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_named, entity_of
from haike.kernel.filter import Group
from haike.pools.assignment.apply import ask_rules, fitting, rules_of
from haike.pools.assignment.record import HAND, AssignmentRule
from haike.pools.pooling import poolings
from haike.pools.seas import seas
from haike.screens.dialogs import FilterForm
from haike.screens.door import done, find_record
from haike.screens.form import has_seen
from haike.segments.builder import conditions_form, conditions_page
from haike.segments.conditions import conditions_of, group_of

TRIED, SHOWN = 500, 50


def _rule(request: HttpRequest, pk: int) -> tuple[AssignmentRule, Entity, Any]:
    user, entity = cast(Any, request.user), entity_of(AssignmentRule)
    if not entity.policy.may(user, "edit"):
        raise Http404
    rule = find_record(entity, user, pk, action="edit")
    return rule, cast(Entity, entity_named(rule.entity)), user


def conditions_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The filter builder over the rule's records; contradictions are shown once before they are saved."""
    rule, of, user = _rule(request, pk)
    form = conditions_form(request, of, rule)
    return conditions_page(
        request, form, lambda: group_of(rule.conditions, user), lambda built: _save(request, form, rule, built)
    )


def _save(request: HttpRequest, form: FilterForm, rule: AssignmentRule, built: Group) -> HttpResponse | None:
    """Save, or put into the form what is to be looked at first."""
    rules, user, kept = entity_of(AssignmentRule), form.user, conditions_of(form.entity, built)
    warnings = [str(each) for each in rules.check_values({"conditions": kept}, rule, user)]
    seen = "\n".join(warnings)
    if warnings and not has_seen(request, seen):
        form.notes, form.state = warnings, {"seen": seen}
        return None
    rules.change(rule, by=user, conditions=kept)
    said = _("The conditions of “%(name)s” are saved.") % {"name": rule.name}
    return done(request, said, rules.url_of(rule), go=True)


def try_view(request: HttpRequest) -> HttpResponse:
    """All rules of one kind of records on the newest of these: what each would take, and who would get what."""
    user, rules = cast(Any, request.user), entity_of(AssignmentRule)
    label = request.GET.get("entity", "")
    of = entity_named(label) if label in poolings() else None
    if of is None or not rules.policy.may(user, "edit"):
        raise Http404
    if not of.policy.may(user, "view"):
        raise Http404
    stock = of.model.objects.visible_to(user).filter(archived_at__isnull=True)
    loose = request.GET.get("all") != "1"
    records = list(stock.order_by("-pk")[:TRIED]) if not loose else _loose(of, stock)
    known = rules_of(label)
    goals = ask_rules(of, [record.pk for record in records], known, why=HAND)
    counts = Counter(rule.pk for rule in goals.rule.values())
    keys = [record.pk for record in records]
    lines = [
        {
            "rule": rule,
            "url": rules.url_of(rule),
            "conditions": rules.looks["conditions"].text(rule.conditions),
            "fits": len(fitting(of, rule, keys)),
            "gets": counts[rule.pk],
        }
        for rule in known
    ]
    # The account of a pool is called as the pool is.
    people = Counter(map(str, goals.owner.values()))
    context = {
        "entity": of,
        "label": label,
        "loose": loose,
        "tried": len(records),
        "lines": lines,
        "left": len(records) - len(goals.owner),
        "people": people.most_common(),
        "examples": [_example(of, record, goals) for record in records[:SHOWN]],
    }
    return render(request, "pools/try.html", context)


def _loose(of: Entity, stock: Any) -> list[Any]:
    accounts = [pool.account_id for pool in seas().of_entity(of.label)]
    return list(stock.filter(Q(owner_id__isnull=True) | Q(owner_id__in=accounts)).order_by("-pk")[:TRIED])


def _example(of: Entity, record: Any, goals: Any) -> dict[str, Any]:
    rule, owner = goals.rule.get(record.pk), goals.owner.get(record.pk)
    whose = str(owner) if owner is not None else ""
    why = str(goals.why_not.get(record.pk, "")) if rule is None else ""
    return {"title": str(record), "url": of.url_of(record), "rule": rule, "whose": whose, "why": why}
