"""Leads that came to an end in the past half year: those that became customers, and those that came to nothing.

Whether a lead is won has causes here, as it has in life: who recommended it, whether somebody called within the day,
whether there is a budget. So there is something to learn from them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

from haike.customers.models import Customer
from haike.sales.lead.record import CONVERTED, INVALID, VOID
from haike.sales.models import Lead, LeadFollowUp
from haike.site.demo.chance import Chance, spread
from haike.site.demo.records import Person
from haike.site.demo.stream import Record
from haike.site.demo.talk_texts import GOODS
from haike.site.demo.talks import Talks
from haike.work.follow_up.record import to_minute

BOUGHT = ("signed", "repeat", "to_sign")
OFTEN_WON = {"referral": 1.0, "friend": 0.9, "partner": 0.9, "inbound": 0.9, "fair": 0.7, "website": 0.6, "b2b": 0.5}
ELSE_WON = 0.25
"""How likely a customer of this source is told of as a lead that was won."""
LOST_FROM = spread(
    {
        "cold_call": 24, "directory": 13, "advertisement": 9, "douyin": 11, "search": 9, "b2b": 9, "website": 8,
        "fair": 7, "inbound": 5, "referral": 4, "friend": 1,
    }, 100,
)  # fmt: skip
WON_TALKS = spread({"intent": 6, "contacted": 3, "prospect": 1}, 10)
LOST_TALKS = spread({"prospect": 6, "contacted": 3, "intent": 1}, 10)
REASONS = ("no_need", "out_of_reach", "wrong_number", "no_budget", "bought_elsewhere", "competitor")
CAMPAIGNS = ("", "", "", "广州物流展", "1688 询盘", "抖音直播", "秋季老客户转介绍")
TOOK = (1, 2, 3, 6, 7, 8, 13, 20)
"""Days from the first word to the customer."""
LATEST, LONGEST = 3, 150
"""Days ago that a lost lead came in at the latest and at the earliest."""
READ = 500
"""Customers read at once."""


def customers_won(customers: range, chance: Chance) -> Generator[Customer, None, None]:
    """Companies that have bought, the newest first, those of good sources more often."""
    rows = Customer._base_manager.filter(
        pk__gte=customers.start, pk__lt=customers.stop, form="business", stage__in=BOUGHT, pool=None,
        owner__isnull=False, main_contact__isnull=False,
    )  # fmt: skip
    for customer in rows.select_related("main_contact", "owner").order_by("-created_at", "pk").iterator(READ):
        if chance.happens(OFTEN_WON.get(str(customer.source), ELSE_WON)):
            yield customer


class PastLeads:
    """Makes them one by one, each with its talks."""

    def __init__(self, chance: Chance, now: datetime) -> None:
        self.chance, self.now, self.talks = chance, now, Talks(chance)

    def won(self, key: int, customer: Customer) -> tuple[Lead, list[LeadFollowUp]]:
        """What was there before the customer: the same company, person and numbers."""
        contact: Any = customer.main_contact
        lead = Lead(
            pk=key, company=customer.name, person=contact.name, form_of_address=contact.form_of_address,
            post=contact.post, mobile=contact.mobile, wechat=contact.wechat, region=customer.region,
            source=customer.source, customer=customer, contact=contact, converted_at=customer.created_at,
            dealt_at=customer.created_at, created_by_id=customer.owner_id, owner_id=customer.owner_id,
            department_id=customer.department_id,
        )  # fmt: skip
        days = self.chance.pick(TOOK)
        self._describe(lead, customer.created_at - timedelta(days=days), budget=0.6, wants=0.75)
        return self._ended(lead, CONVERTED, days, WON_TALKS, quick=0.7)

    def lost(self, key: int, facts: Record, contact: Record, whose: Person) -> tuple[Lead, list[LeadFollowUp]]:
        """A company that nobody sold to."""
        chance = self.chance
        named = chance.happens(0.75)
        lead = Lead(
            pk=key, company=facts["name"] if named else "", person=contact["name"],
            form_of_address=contact["form_of_address"], post=contact["post"] if named else "",
            mobile=contact["mobile"].replace(" ", ""),
            wechat=contact["wechat"].replace(" ", ""), region=facts["region"], source=chance.pick(LOST_FROM),
            invalid_reason=chance.pick(REASONS), created_by_id=whose.id, owner_id=whose.id,
            department_id=whose.department,
        )  # fmt: skip
        days = chance.number(2, 21)
        came = self.now - timedelta(days=days + chance.number(LATEST, LONGEST), minutes=chance.number(5, 400))
        self._describe(lead, came, budget=0.25, wants=0.45)
        state = VOID if key % 7 == 0 else INVALID
        if state == VOID:
            lead.invalid_reason = None
        return self._ended(lead, state, days, LOST_TALKS, quick=0.35)

    def _describe(self, lead: Lead, came: datetime, *, budget: float, wants: float) -> None:
        chance = self.chance
        product, unit, __, numbers = chance.pick(GOODS)
        lead.created_at = lead.owned_since = to_minute(came)
        lead.campaign = chance.pick(CAMPAIGNS)
        lead.budget = chance.number(2, 60) * 1000 if chance.happens(budget) else 0
        if chance.happens(wants):
            lead.product, lead.remark = product, f"需要{product}，约 {chance.pick(numbers)} {unit}"

    def _ended(
        self, lead: Lead, state: str, days: int, table: Sequence[str], *, quick: float
    ) -> tuple[Lead, list[LeadFollowUp]]:
        end = lead.created_at + timedelta(days=days)
        lead.state, lead.advanced_at = state, end
        called = f"{lead.person[:1]}{'女士' if str(lead.form_of_address) == 'ms' else '先生'}"
        said: list[LeadFollowUp] = []
        soon = self.chance.happens(quick)
        for number in range(self.chance.number(1, 3)):
            wait = timedelta(minutes=self.chance.number(20, 90)) if soon else timedelta(days=min(days, 2), minutes=-40)
            at = to_minute(lead.created_at + wait + (end - lead.created_at - wait) * number / 3)
            talk = self.talks.draw(self.chance.pick(table), called, "生产加工", "本市")
            made = LeadFollowUp(
                lead=lead, content=talk.content, manner=talk.manner, at=at, created_at=at,
                created_by_id=lead.created_by_id, owner_id=lead.owner_id, department_id=lead.department_id,
            )  # fmt: skip
            made.result = talk.result or None
            said.append(made)
            lead.last_contact_at, lead.followed_by = at, lead.owner_id
        return lead, said
