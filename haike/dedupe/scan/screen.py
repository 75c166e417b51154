"""The page of probable duplicates: those that belong together in one card, with score and reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.identity import Identity, identity_of
from haike.dedupe.likeness import Likeness, compare
from haike.dedupe.merge.act import MOST
from haike.dedupe.scan.jobs import is_running, may_scan, newest_scan, start_scan
from haike.dedupe.scan.record import Pair
from haike.digits import whole
from haike.kernel.entity import Button, Entity
from haike.refused import Refused
from haike.screens.door import done, entity_view

PAGE = 30


@dataclass
class Line:
    """A pair with both records."""

    pair: Pair
    one: Any
    other: Any
    likeness: Likeness


@dataclass
class Group:
    """Records that hang together by pairs."""

    records: dict[int, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def ids(self) -> str:
        """Their keys, as the page of a merge takes them; of very many the first."""
        return ",".join(str(key) for key in sorted(self.records)[:MOST])


def open_pairs(identity: Identity, user: Any) -> Any:
    """The pairs of which the user sees both."""
    visible = identity.entity.model.objects.visible_to(user).values("pk")
    rows = Pair.objects.filter(entity=identity.label, dismissed_at=None, one__in=visible, other__in=visible)
    return rows.order_by("-score", "id")


def grouped(identity: Identity, pairs: list[Pair]) -> list[Group]:
    """Pairs that share a record stand together."""
    keys = {key for pair in pairs for key in (pair.one, pair.other)}
    records = identity.entity.model.objects.live().select_related("owner").in_bulk(list(keys))
    found: list[Group] = []
    by_key: dict[int, Group] = {}
    for pair in pairs:
        one, other = records.get(pair.one), records.get(pair.other)
        if one is None or other is None:
            continue
        group = by_key.get(pair.one) or by_key.get(pair.other)
        if group is None:
            group = Group()
            found.append(group)
        second = by_key.get(pair.other)
        if second is not None and second is not group:
            group.records |= second.records
            group.lines += second.lines
            found.remove(second)
            by_key |= dict.fromkeys(second.records, group)
        by_key[pair.one] = by_key[pair.other] = group
        group.records |= {pair.one: one, pair.other: other}
        mine, theirs = identity.values_of(one), identity.values_of(other)
        alike = compare(identity, mine, identity, theirs, phone_of_contact=pair.by_contact)
        group.lines.append(Line(pair, one, other, alike))
    return found


@entity_view("duplicates")
def duplicates_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Probable duplicates, the likeliest first; a POST begins a search or dismisses a pair."""
    identity, user = identity_of(entity), cast(Any, request.user)
    if identity is None or identity.stands_for:
        raise Http404
    if request.method == "POST":
        if request.POST.get("dismiss"):
            return _dismiss(request, identity, user)
        scan = start_scan(entity, by=user)
        return done(request, _("The search runs in the background."), f"/jobs/{scan.job}/", go=True)
    place = max(whole(request.GET.get("page", "")) or 1, 1)
    rows = list(open_pairs(identity, user)[(place - 1) * PAGE : place * PAGE + 1])
    last = newest_scan(entity)
    context = {
        "entity": entity,
        "groups": grouped(identity, rows[:PAGE]),
        "scan": last,
        "running": last is not None and is_running(last),
        "job_url": f"/jobs/{last.job}/" if last is not None and last.job else "",
        "may_scan": may_scan(user),
        "may_merge": entity.policy.may(user, "edit") and entity.policy.may(user, "delete"),
        "before": f"?page={place - 1}" if place > 1 else "",
        "after": f"?page={place + 1}" if len(rows) > PAGE else "",
    }
    return render(request, "dedupe/duplicates.html", context)


def _dismiss(request: HttpRequest, identity: Identity, user: Any) -> HttpResponse:
    pair = open_pairs(identity, user).filter(pk=whole(request.POST["dismiss"]) or 0).first()
    if pair is None:
        raise Http404
    records = identity.entity.model.objects.live().filter(pk__in=[pair.one, pair.other])
    if not any(identity.entity.policy.allows(user, "edit", record) for record in records):
        raise Refused(_("You may look at these records, but not decide on them."))
    Pair.objects.filter(pk=pair.pk).update(dismissed_at=timezone.now(), dismissed_by=user)
    return done(request, _("These are different; they will not be shown again."), f"{identity.entity.url}duplicates")


def list_button(entity: Entity) -> Button:
    """The way from the list."""
    return Button(_("Find duplicates"), f"{entity.url}duplicates", "copy")
