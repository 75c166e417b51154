"""What belongs to a project as somebody sees it: the lists of its tab and the sums of money at the top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel.currency import money_text
from haike.kernel.entity import Entity, Label, entity_named, entity_of
from haike.kernel.paths import select_paths
from haike.kernel.policy import Actor
from haike.project.expense.record import Expense
from haike.project.link.record import KINDS, Link
from haike.project.project.record import Project
from haike.sales.contract.record import ACTIVE
from haike.sales.contract.record import CLOSED as CONTRACT_CLOSED
from haike.sales.order.record import CLOSED, SIGNED
from haike.screens.module import is_off
from haike.screens.table import Column, EntityWords, table_rows

COLUMNS = {
    "opportunity": ["title", "customer", "stage", "amount", "closes_on", "state", "owner"],
    "quote": ["number", "subject", "customer", "total", "state", "owner"],
    "contract": ["number", "subject", "customer", "amount", "received", "state", "signed_on", "owner"],
    "order": ["number", "subject", "customer", "total", "state", "payment", "owner"],
}
COUNTED = {"contract": (ACTIVE, CONTRACT_CLOSED), "order": (SIGNED, CLOSED)}
"""The states in which something counts as contracted."""
NOUGHT = Decimal(0)


def linked(user: Actor, project: Any) -> dict[str, list[Any]]:
    """What belongs to a project and is seen by the user, by kind, the newest first; asked once for each page."""
    kept: dict[int | None, dict[str, list[Any]]] = project.__dict__.setdefault("_linked", {})
    if user.pk not in kept:
        kept[user.pk] = _linked(user, project)
    return kept[user.pk]


def _linked(user: Actor, project: Any) -> dict[str, list[Any]]:
    keys: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for row in Link.objects.filter(project=project.pk).values(*KINDS):
        kind, key = next((kind, key) for kind, key in row.items() if key is not None)
        keys[kind].append(key)
    found: dict[str, list[Any]] = {}
    for kind, some in keys.items():
        entity = entity_for(kind)
        if entity is None or not entity.policy.may(user, "view"):
            continue
        rows: Any = []
        if some:
            paths = select_paths(entity, _columns(entity, user, kind))
            rows = entity.model.objects.visible_to(user).filter(pk__in=some).select_related(*paths).order_by("-id")
        found[kind] = list(rows)
    return found


def entity_for(kind: str) -> Entity | None:
    """The kind of record that a column of links leads to; None where the company has switched it off."""
    return entity_named(KINDS[kind]) if kind in KINDS and not is_off(KINDS[kind]) else None


def _columns(entity: Entity, user: Actor, kind: str) -> list[str]:
    return [name for name in COLUMNS[kind] if entity.right(user, name) != "hidden"]


def count(user: Actor, project: Any) -> int:
    """How many there are."""
    return sum(map(len, linked(user, project).values()))


def panel(request: HttpRequest, project: Any) -> SafeString:
    """One list for each kind, with a button that takes further ones in."""
    user, home = cast(Any, request.user), entity_of(Project)
    may = project.deleted_at is None and home.policy.allows(user, "edit", project)
    groups = []
    for kind, records in linked(user, project).items():
        entity = cast(Entity, entity_for(kind))
        looks = {name: entity.look_at(name) for name in _columns(entity, user, kind)}
        rows = table_rows(entity, user, records, looks)
        base = f"{home.url_of(project)}"
        groups.append(
            {
                "entity": EntityWords.of(entity),
                "icon": entity.icon,
                "columns": [Column(name, look.label, look.align, None, "") for name, look in looks.items()],
                "rows": [(row, f"{base}unlink/{kind}/{record.pk}") for row, record in zip(rows, records, strict=True)],
                "link_url": f"{base}link/{kind}" if may else "",
            }
        )
    return render_to_string("project/linked.html", {"groups": groups, "may": may}, request=request)


def expenses(project: Any) -> Decimal:
    """What the project has cost so far; not added up by the database, which on SQLite reckons in binary fractions."""
    rows: Any = Expense.objects.live().filter(project=project.pk)
    return sum(rows.order_by().values_list("amount", flat=True), NOUGHT)


def figures(project: Any, user: Actor) -> Iterable[tuple[Label, str]]:
    """The money of a project, in the company's own currency, as far as the user sees it."""
    entity = entity_of(Project)
    if _reads(entity, user, "expected"):
        yield pgettext_lazy("project", "Expected"), money_text(project.expected)
    found = linked(user, project)
    sums = [(kind, _counted(kind, found.get(kind, ()))) for kind in COUNTED if kind in found]
    if sums:
        worth = sum((_sum(kind, rows, user, "worth") for kind, rows in sums), NOUGHT)
        received = sum((_sum(kind, rows, user, RECEIVED[kind]) for kind, rows in sums), NOUGHT)
        yield _("Contracted"), money_text(worth)
        yield pgettext_lazy("project", "Received"), money_text(received)
    if _reads(entity_of(Expense), user, "amount"):
        yield pgettext_lazy("project", "Spent"), money_text(expenses(project))


RECEIVED = {"contract": "received_worth", "order": "received"}


def _counted(kind: str, records: Sequence[Any]) -> list[Any]:
    return [record for record in records if record.state in COUNTED[kind]]


def _sum(kind: str, records: Sequence[Any], user: Actor, name: str) -> Decimal:
    entity = cast(Entity, entity_for(kind))
    if not _reads(entity, user, name):
        return NOUGHT
    return sum((_own(record, name) for record in records), NOUGHT)


def _own(record: Any, name: str) -> Decimal:
    """An amount of a record in the company's own currency, by the rate at which it was signed."""
    amount: Decimal = getattr(record, name)
    total = getattr(record, "total", None)
    if name != "received" or not total:
        return amount
    return (amount * record.worth / total).quantize(Decimal("0.01"))


def _reads(entity: Entity, user: Actor, name: str) -> bool:
    return entity.right(user, name) in ("edit", "read")
