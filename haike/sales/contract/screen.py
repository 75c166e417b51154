"""How contracts and their deliveries are shown, found and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.paper.kinds import Kind, print_by_template
from haike.catalog.paper.views import paper_button
from haike.customers.customer.queries import days_within, people_side
from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import Button, Category, Entity, Label, Related, Section, SideGroup, entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor, Policy
from haike.refused import Refused
from haike.sales.contract import actions, plan, renewal
from haike.sales.contract.flow import ContractFlow
from haike.sales.contract.record import ACTIVE, ALL, CANCELLED, CLOSED, DRAFT, Contract, Delivery
from haike.sales.contract.text.facts import MORE, more_facts
from haike.sales.contract.text.panel import PANEL
from haike.screens.record import next_step

SOON = timedelta(days=30)
SIGNED = Q(state__in=(ACTIVE, CLOSED))
UNPAID = SIGNED & Q(received__lt=F("amount"))


def _ends_soon(user: Actor) -> Q:
    return Q(state=ACTIVE, ends_on__gte=today(), ends_on__lte=today() + SOON)


def _ended(user: Actor) -> Q:
    return SIGNED & Q(ends_on__lt=today())


def _signed_within(period: str) -> Callable[[Actor], Q]:
    return lambda _user: SIGNED & days_within("signed_on", period)


class ContractEntity(Entity):
    """What was delivered, paid and invoiced is never typed into a contract."""

    model, flow = Contract, ContractFlow
    slug, icon, title = "contracts", "file-certificate", "number"
    titled_by = ["number", "subject"]
    columns = [
        "number", "subject", "customer", "kind", "amount", "received", "invoiced", "state", "delivery_state",
        "signed_on", "ends_on", "owner", "created_at",
    ]  # fmt: skip
    categories = {
        "draft": Category(_("Drafts"), Q(state=DRAFT)),
        "active": Category(_("In force"), Q(state=ACTIVE)),
        "unpaid": Category(_("Not fully paid"), UNPAID),
        "undelivered": Category(_("Not fully delivered"), Q(state=ACTIVE) & ~Q(delivery_state=ALL)),
        "ends_soon": Category(_("Ends within 30 days"), _ends_soon, sort="ends_on"),
        "to_renew": Category(_("To be renewed"), renewal.to_renew, sort="ends_on"),
        "ended": Category(pgettext_lazy("contract", "Ended"), _ended),
        "signed_this_month": Category(_("Signed this month"), _signed_within("this_month")),
        "signed_this_year": Category(_("Signed this year"), _signed_within("this_year")),
    }
    sections = [
        Section(
            _("Contract"),
            ["number", "subject", "customer", "opportunity", "quote", "kind", "amount", "currency", "state",
             "signed_on", "starts_on", "ends_on", "remind_days", "signer", "contact",
             "renews", "renewal"],
        ),
        Section(_("Terms"), ["payment_terms", "delivery_place", "heading", "text", "text_from", "remark"]),
        Section(
            _("Progress"),
            ["planned", "received", "invoiced", "delivered", "delivery_state", "worth", "received_worth"],
        ),
    ]  # fmt: skip
    facts = ["customer", "amount", "received", "ends_on", "owner"]
    badges = ["state", "delivery_state"]
    search = ["number", "subject", "customer__name"]
    totals = ["worth", "received_worth"]
    hidden = ["renew_from"]
    settled = [
        "planned", "received", "received_worth", "invoiced", "delivered", "delivery_state", "renews", "renewal",
        "text_from",
    ]  # fmt: skip
    synonyms = {
        "number": ("合同编号", "合同号", "contract number"),
        "subject": ("合同名称", "合同主题", "主题", "标题"),
        "amount": ("合同金额", "金额", "总金额"),
        "signed_on": ("签订日期", "签约日期", "签约时间"),
        "starts_on": ("开始日期", "生效日期"),
        "ends_on": ("结束日期", "到期日", "到期日期"),
        "remind_days": ("提前提醒天数", "续签提前天数"),
        "signer": ("我方签约人", "我方签字人"),
        "contact": ("对方签约人", "客户签约人"),
        "owner": ("负责人", "业务员", "销售"),
    }
    panels = [PANEL]
    help_page = "contracts"

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.write_contract(by=by, batch=batch, **values)

    def remove(self, record: Any, *, by: Actor) -> Any:
        current = Contract._base_manager.get(pk=record.pk)
        if current.planned or current.invoiced:
            raise Refused(_("Payments are planned or invoices written under this contract. Delete those first."))
        return super().remove(record, by=by)

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        sign = next_step(self, record, user, "sign")
        paper, renew = paper_button(record, user), renewal.buttons(self, record, user)
        return [*sign, *plan.buttons(self, record, user), *paper, *renew]


print_by_template(
    Kind(
        "sales.contract",
        _("Contract"),
        ("customer", "kind", "signed_on", "starts_on", "ends_on", "delivery_place", "amount"),
        MORE,
        more_facts,
    )
)


class DeliveryPolicy(Policy):
    through = "contract"


class DeliveryEntity(Entity):
    """Deliveries are read on their contract and in a list of their own."""

    model, policy_class = Delivery, DeliveryPolicy
    slug, icon, title = "contract-deliveries", "truck-delivery", "content"
    titled_by = ["instalment", "content"]
    columns = ["content", "product", "contract", "instalment", "amount", "due_on", "delivered_on", "created_at"]
    sort = "-due_on"
    categories = {
        "due": Category(_("To be delivered"), Q(delivered_on__isnull=True) & ~Q(contract__state=CANCELLED)),
        "overdue": Category(
            _("Overdue"),
            lambda _user: Q(delivered_on__isnull=True, due_on__lt=today()) & ~Q(contract__state=CANCELLED),
        ),
        "done": Category(pgettext_lazy("contract", "Delivered"), Q(delivered_on__isnull=False)),
    }
    sections = [
        Section(
            pgettext_lazy("contract", "Delivery"),
            ["contract", "product", "content", "amount", "worth", "due_on", "delivered_on", "remark"],
        )
    ]
    facts = ["contract", "product", "instalment", "amount", "due_on", "delivered_on"]
    search = ["content", "contract__number"]
    totals = ["worth"]
    hidden = ["currency"]
    in_create_menu = False
    help_page = "contracts"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.write_delivery(by=by, batch=batch, **values)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        with transaction.atomic():
            after = super().change(record, by=by, **values)
            for contract in sorted({record.contract_id, after.contract_id}):
                actions.settle_deliveries(contract)
        return after

    def remove(self, record: Any, *, by: Actor) -> Any:
        with transaction.atomic():
            after = super().remove(record, by=by)
            actions.settle_deliveries(after.contract_id)
        return after

    def restore(self, record: Any, *, by: Actor) -> Any:
        with transaction.atomic():
            after = super().restore(record, by=by)
            actions.settle_deliveries(after.contract_id)
        return after

    def taken_back(self, records: list[Any]) -> None:
        for contract in sorted({record.contract_id for record in records}):
            actions.settle_deliveries(contract)

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.delivered_on is not None or not self.policy.allows(user, "edit", record):
            return []
        return [Button(_("Delivered today"), f"{self.url_of(record)}deliver", "check", "post", primary=True)]


def _figures(contract: Contract, user: Actor) -> Iterable[tuple[Label, str]]:
    entity = entity_of(Contract)
    for name in ("amount", "received", "invoiced", "delivered"):
        if entity.right(user, name) in ("read", "edit"):
            yield entity.looks[name].label, money_text(getattr(contract, name), contract.currency)


ContractEntity.figure_sources.append(_figures)
CONTRACTS_OF_CUSTOMER = Related(
    "sales.contract", "customer",
    columns=["number", "subject", "amount", "received", "state", "signed_on", "ends_on", "owner"],
)  # fmt: skip
entity_of(Customer).tabs.append(CONTRACTS_OF_CUSTOMER)
ContractEntity.tabs.append(
    Related(
        "sales.delivery",
        "contract",
        columns=["content", "instalment", "amount", "due_on", "delivered_on"],
        sort="due_on",
    )
)
