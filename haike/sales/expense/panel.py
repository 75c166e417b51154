"""What is left of an order and of a contract, as a tab for those who may see costs."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import Panel, Related, entity_of
from haike.sales.contract.record import Contract
from haike.sales.expense.net import expenses_of, lines_of, total
from haike.sales.expense.of_contract import lines_of_contract, may_see_contract, names_lines
from haike.sales.expense.screen import TAB
from haike.sales.order.record import Order
from haike.sales.shipment.margins import may_see
from haike.screens.tabs import CHOSEN, tabs_of

KEY = "margin"


def order_panel(request: HttpRequest, order: Any) -> SafeString:
    """Line by line and in all: revenue − cost − expenses − commission = what is left."""
    user = cast(Any, request.user)
    if not may_see(user):
        return SafeString()
    lines = lines_of([order]).get(order.pk, [])
    whole = total(lines)
    context = {
        "rows": [(line.name, line.net.texts()) for line in lines if line.name],
        "whole": whole.texts() if lines else None,
        "unknown": whole.unknown,
        "typed": order.commission is not None,
        "foreign": order.currency != OWN(),
        "contract": False,
    }
    return render_to_string("sales/expense/net.html", context)


def contract_panel(request: HttpRequest, contract: Any) -> SafeString:
    """The same of a contract; line by line for who may read its quote."""
    user = cast(Any, request.user)
    if not may_see_contract(user):
        return SafeString()
    lines = lines_of_contract(contract)
    whole, shown = total(lines), contract.quote_id is None or names_lines(user, contract)
    context = {
        "rows": [(line.name, line.net.texts()) for line in lines] if shown else [],
        "whole": whole.texts(),
        "unknown": whole.unknown,
        "foreign": contract.currency != OWN(),
        "contract": True,
        "quoted": contract.quote_id is not None,
    }
    return render_to_string("sales/expense/net.html", context)


def narrowed(user: Any, label: str) -> Set[str] | None:
    """The tabs of orders and contracts for who may not see costs."""
    for model, may in ((Order, may_see), (Contract, may_see_contract)):
        if label == entity_of(model).label and not may(user):
            return tabs_of(entity_of(model)).keys() - {KEY}
    return None


def contract_figures(contract: Any, user: Any) -> Any:
    """The expenses of a contract among its figures."""
    if may_see(user) and (spent := expenses_of("contract", [contract.pk]).get(contract.pk)):
        yield _("Expenses"), money_text(spent, OWN())


def add() -> None:
    """Put expenses and margins on the pages of orders, contracts and customers."""
    entity_of(Order).panels.append(Panel(KEY, _("Margin"), order_panel, icon="chart-pie"))
    entity_of(Order).tabs.append(Related("sales.saleexpense", "order", columns=TAB))
    contracts = entity_of(Contract)
    contracts.panels.append(Panel(KEY, _("Margin"), contract_panel, place="last", icon="chart-pie"))
    contracts.tabs.append(Related("sales.saleexpense", "contract", columns=TAB))
    type(contracts).figure_sources.append(contract_figures)
    entity_of(Customer).tabs.append(
        Related(
            "sales.saleexpense", "customer",
            columns=["what", "order", "contract", "kind", "amount", "on", "spent_by"],
        )
    )  # fmt: skip
    CHOSEN.append(narrowed)
