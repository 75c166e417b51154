"""The deliveries of a contract, planned at once: so many instalments, one every week, month, quarter or year."""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.catalog.product.record import Product
from haike.kernel.bulk import start_batch
from haike.kernel.currency import CURRENCIES
from haike.kernel.entity import Button, Entity, entity_of
from haike.kernel.log import Batch
from haike.kernel.look import Look, NumberLook
from haike.kernel.look.time import LATEST
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.people.journal.page import OptionLook
from haike.people.pages import ask
from haike.refused import Refused
from haike.said import said
from haike.sales.contract.actions import write_deliveries
from haike.sales.contract.record import CANCELLED, Contract, Delivery
from haike.sales.months import months_on
from haike.screens.door import done, find_record
from haike.screens.form import Typed
from haike.screens.table import EntityWords

PLAN = "delivery-plan"
KINDS[PLAN] = _("Plan of deliveries")
MOST = 120
STEPS: dict[str, tuple[Any, int, int]] = {
    "week": (_("Every week"), 0, 1),
    "fortnight": (_("Every two weeks"), 0, 2),
    "month": (_("Every month"), 1, 0),
    "quarter": (_("Every quarter"), 3, 0),
    "half_year": (_("Every half year"), 6, 0),
    "year": (_("Every year"), 12, 0),
}
"""How often: from one instalment to the next so many months and weeks."""


def equal_parts(amount: Decimal, count: int, *, places: int) -> list[Decimal]:
    """Equal parts; the last one takes what cannot be divided."""
    part = (amount / count).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    return [part] * (count - 1) + [amount - part * (count - 1)]


def rest_of(contract: Contract) -> Decimal:
    """What of a contract's amount no delivery stands for yet."""
    planned = Delivery.objects.live().filter(contract=contract.pk).values_list("amount", flat=True)
    return max(contract.amount - sum(planned, Decimal(0)), Decimal(0))


def plan_deliveries(
    contract: Contract,
    *,
    content: str,
    amount: Decimal,
    count: int,
    first: date,
    every: str,
    by: Actor,
    product: Product | None = None,
) -> tuple[Batch, list[Delivery]]:
    """Deliveries to come, all or none; one batch, so that they are taken back as one."""
    if not 1 <= count <= MOST:
        raise Refused(fields={"count": _("From %(least)s to %(most)s instalments.") % {"least": 1, "most": MOST}})
    if every not in STEPS:
        raise Refused(fields={"every": _("Choose how often.")})
    __, months, weeks = STEPS[every]
    days = [months_on(first, months * number) + timedelta(weeks=weeks * number) for number in range(count)]
    if days[-1] > LATEST:
        raise Refused(fields={"due_on": _("The last instalment would lie too far in the future.")})
    with transaction.atomic():
        batch = start_batch(entity_of(Delivery), PLAN, said(_("Deliveries of %(contract)s"), contract=contract), by=by)
        parts = equal_parts(amount, count, places=CURRENCIES[contract.currency].places)
        what = {"content": content, **({"product": product} if product is not None else {})}
        rows = [{**what, "amount": part, "due_on": day} for part, day in zip(parts, days, strict=True)]
        return batch, write_deliveries(contract, rows, by=by, batch=batch)


def plan_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is delivered, in how many instalments and how often."""
    user, about, entity = cast(Any, request.user), entity_of(Contract), entity_of(Delivery)
    contract = find_record(about, user, pk)
    if not _may_plan(about, contract, user):
        raise Http404
    back_url = about.url_of(contract)

    def act(typed: Typed) -> HttpResponse:
        values = typed.values
        batch, made = plan_deliveries(
            contract, content=values["content"], amount=values["amount"], count=int(values["count"] or 0),
            first=values["due_on"] or today(), every=values["every"], by=user, product=values.get("product"),
        )  # fmt: skip
        text = _("%(count)s deliveries are planned.") % {"count": len(made)}
        return done(request, text, back_url, undo_url=f"/batches/{batch.pk}/undo")

    content, amount, due_on = (copy(entity.looks[name]) for name in ("content", "amount", "due_on"))
    product = {"product": entity.looks["product"]} if entity.right(user, "product") == "edit" else {}
    amount.label, due_on.label = _("Worth of all together"), _("The first one is due on")
    count, every = NumberLook("count", _("Instalments")), OptionLook("every", _("How often"), _steps())
    count.required = every.required = True
    looks: dict[str, Look] = {
        **product,
        "content": content,
        "amount": amount,
        "count": count,
        "every": every,
        "due_on": due_on,
    }
    return ask(
        request,
        looks,
        act,
        title=_("Plan of deliveries"),
        back_url=back_url,
        start={
            "content": contract.subject[: content.max_length or 200], "amount": rest_of(contract), "count": 12,
            "every": "month", "due_on": contract.starts_on or today(),
        },
        button=_("Plan them"),
        entity=EntityWords.of(entity),
    )  # fmt: skip


def _steps() -> dict[str, str]:
    return {key: str(label) for key, (label, *__) in STEPS.items()}


def _may_plan(entity: Entity, contract: Contract, user: Actor) -> bool:
    return (
        contract.state != CANCELLED
        and entity.policy.allows(user, "edit", contract)
        and entity_of(Delivery).policy.may(user, "create")
    )


def buttons(entity: Entity, contract: Contract, user: Actor) -> list[Button]:
    """The way to the plan."""
    if not _may_plan(entity, contract, user):
        return []
    return [Button(_("Plan of deliveries"), f"{entity.url_of(contract)}delivery-plan", "calendar-plus", "drawer")]
