"""The page on which a rule is tried before it is switched on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_named, entity_of
from haike.people.grants import organisation
from haike.pools.pool.record import MOST_DAYS, Pool
from haike.pools.pooling import poolings
from haike.pools.rule import REASONS
from haike.pools.trial import LIMITS, Trial, start_trial
from haike.refused import Refused


def replay_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter limits, see what they would have done; the saved rule stands in the form at first."""
    user = cast(Any, request.user)
    if not entity_of(Pool).policy.may(user, "edit"):
        raise Http404
    pool = get_object_or_404(Pool.objects.live(), pk=pk)
    typed = {name: getattr(pool, name) for name in LIMITS}
    faults: dict[str, Any] = {}
    message = ""
    if request.method == "POST":
        typed, faults = _read(request)
        if not faults:
            try:
                start_trial(pool, typed, by=user)
            except Refused as no:
                message = str(no)
            else:
                return redirect(f"/pools/{pool.pk}/replay")
    trial = pool.trials.order_by("-id").first()
    if trial is not None and request.method != "POST":
        typed = {**typed, **trial.rules}
    context = {
        "pool": pool,
        "fields": [
            {"name": n, "label": entity_of(Pool).looks[n].label, "value": typed.get(n), "fault": faults.get(n)}
            for n in LIMITS
        ],
        "message": message,
        "trial": trial,
        "shown": shown(trial, user) if trial is not None and trial.result is not None else None,
    }
    status = 422 if faults or message else 200
    template = "pools/replay.html#result" if request.GET.get("part") == "result" else "pools/replay.html"
    return render(request, template, context, status=status)


def _read(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    typed: dict[str, Any] = {}
    faults: dict[str, Any] = {}
    for name in LIMITS:
        raw = request.POST.get(name, "").strip()
        number = whole(raw) if raw else None
        typed[name] = raw if raw and number is None else number
        if raw and (number is None or not 1 <= number <= MOST_DAYS):
            faults[name] = _("Enter a whole number from %(least)s to %(most)s.") % {"least": 1, "most": MOST_DAYS}
    return typed, faults


def shown(trial: Trial, user: Any) -> dict[str, Any]:
    """A result in words; records that the reader does not see are left out of the list, not of the sums."""
    house, result = organisation(), cast(dict[str, Any], trial.result)
    entity = entity_named(trial.pool.entity)
    assert entity is not None
    bought = poolings()[entity.label].bought
    told = bool(bought) and entity.right(user, bought) in ("read", "edit")
    keys = [row[0] for row in result["examples"]]
    titles = {row.pk: str(row) for row in entity.model.objects.visible_to(user).filter(pk__in=keys)}

    def person(key: int) -> str:
        return str(house.users.get(key) or _("nobody"))

    return {
        **result,
        "revenue": money_text(Decimal(result["revenue"])) if told and "revenue" in result else "",
        "people": _bars([(person(key), number) for key, number in result["people"]]),
        "departments": _bars(
            [(str(house.departments.get(key) or _("No department")), number) for key, number in result["departments"]]
        ),
        "months": _bars(result["months"]),
        "reasons": _bars([(REASONS[key], number) for key, number in result["reasons"]]),
        "examples": [
            {"url": f"{entity.url}{pk}/", "title": titles[pk], "owner": person(owner), "day": day,
             "why": REASONS[key], "deal_on": deal_on,
             "revenue": money_text(Decimal(sold[0])) if told and sold and Decimal(sold[0]) else ""}
            # What was tried before revenue was told has none.
            for pk, owner, day, key, deal_on, *sold in result["examples"]
            if pk in titles
        ],
    }  # fmt: skip


def _bars(rows: list[Any]) -> list[dict[str, Any]]:
    most = max((number for __, number in rows), default=1)
    return [{"label": label, "number": number, "percent": number * 100 // most} for label, number in rows]
