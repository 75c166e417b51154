"""Leads and call notes of the sample company: every state, two lead pools, talks, and notes that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count as count_from
from typing import Any

from haike.kernel.change import fill_keys, index
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.people.models import Department
from haike.pools.models import Pool
from haike.sales.lead.record import CONVERTED, FOLLOWING, INVALID, TO_DO, UNASSIGNED, VOID
from haike.sales.models import CallNote, Lead, LeadFollowUp
from haike.sales.note.actions import number_in
from haike.sales.note.record import DONE, DROPPED
from haike.sales.note.record import LEAD as BECAME_LEAD
from haike.site.demo.chance import Chance
from haike.site.demo.load import reserve
from haike.site.demo.offices import Offices
from haike.site.demo.past_leads import CAMPAIGNS, REASONS, PastLeads, customers_won
from haike.site.demo.phones import Phones
from haike.site.demo.records import Person
from haike.site.demo.seas import EAST
from haike.site.demo.stream import Record, SampleCompany
from haike.site.demo.talk_texts import GOODS
from haike.work.follow_up.record import to_minute

SAMPLER = System("sample")
MOST = 150
PAST = 160
"""So many leads that were won, and as many that were lost, has a company that is large enough to learn from them."""
STATES = (
    UNASSIGNED, FOLLOWING, TO_DO, CONVERTED, FOLLOWING, INVALID, TO_DO, FOLLOWING, UNASSIGNED, VOID,
    FOLLOWING, TO_DO, UNASSIGNED, FOLLOWING, CONVERTED, TO_DO, FOLLOWING, UNASSIGNED, INVALID, FOLLOWING,
)  # fmt: skip
"""What becomes of twenty leads."""
SOON = ("prospect", "contacted", "intent")
RULES: dict[str, Any] = {
    "claims_per_day": 10, "holds_most": 100, "protect_days": 7, "reclaim_days": 15, "recycles": True,
    "follow_days": 30, "remind_days": 3, "spares": ["planned"],
}  # fmt: skip
NOTES = (
    ("{name}来电 {mobile}，问{product}的价格，要 {many}{unit}", "call"),
    ("微信好友{name}，{product}要打样，留了手机 {mobile}", "wechat"),
    ("{name} {mobile} 看到官网，{product}能不能开专票、几天发货", "call"),
    ("前台转来：{name}，{mobile}，想约下周来看样品", "call"),
    ("在线客服：咨询{product}，{name}，{mobile}", "chat"),
    ("{name}说之前的供应商断货，急要{product} {many}{unit}，{mobile}", "call"),
    ("老客户介绍的{name}，{mobile}，等我们报{product}的价", "wechat"),
    ("推销办公用品的电话", "call"),
    ("展会上加的{name}，{mobile}，资料已发", "wechat"),
    ("{name}问能否月结，{mobile}，{product}每月 {many}{unit}", "call"),
    ("没留姓名，问地址和上班时间", "call"),
    ("{name} {mobile} 要{product}的检测报告", "chat"),
)
ADVERTISER = 7
FIRST_CALL = {"manner": "call", "content": "电话介绍了公司和产品，先加微信发资料", "result": "considering"}


class SampleLeads:
    """Stored as people would have written them in time, past the writers like the customers."""

    def __init__(self, offices: Offices, customers: range, *, seed: int, now: datetime) -> None:
        self.people, self.customers, self.now = offices.people, customers, now
        self.stream = SampleCompany(now, seed=seed + 1)
        self.chance = Chance(seed)
        self.phones = Phones(self.chance)
        names = sorted({one.username for one in self.stream.staff.colleagues if one.weight} & set(self.people))
        self.sellers = [self.people[name] for name in names]
        self.pools: list[Pool] = []
        self.made: dict[Any, list[Any]] = {Lead: [], LeadFollowUp: [], CallNote: []}
        self.past = PastLeads(Chance(seed + 2), now)

    def write(self, count: int, past: int = 0) -> dict[str, list[list[int]]]:
        """Make leads with their talks, and notes; returns the keys and versions of what was made.

        Beside the `count` leads of every state there are so many `past` ones that were won, and as many lost.
        """
        self._write_pools()
        keys, drawn = count_from(reserve(Lead, count + 2 * past)), self._drawn()
        # What is left unread would keep its table locked: SQLite then sets no index aside for what comes next.
        with closing(customers_won(self.customers, self.past.chance)) as bought:
            for place in range(count):
                if STATES[place % len(STATES)] == CONVERTED and (customer := next(bought, None)) is not None:
                    self._add_past(self.past.won(next(keys), customer))
                else:
                    self._add_lead(next(keys), place, *next(drawn))
            for __ in range(past):
                if (customer := next(bought, None)) is not None:
                    self._add_past(self.past.won(next(keys), customer))
                facts, contact, ___ = next(drawn)
                self._add_past(self.past.lost(next(keys), facts, contact, self._whose(facts)))
        self._add_notes()
        found = {}
        with writer():
            for model, records in self.made.items():
                self._store(model, records)
                found[entity_of(model).label] = [[record.pk, record.version] for record in records]
        return found

    def _store(self, model: Any, records: Sequence[Any]) -> None:
        label, names = entity_of(model).label, {person.id: person.name for person in self.people.values()}
        start = records[0].pk or reserve(model, len(records))
        for key, record in enumerate(records, start):
            record.pk = key
            record.changed_at = getattr(record, "advanced_at", None) or record.created_at
            record.changed_by_id = record.created_by_id
            fill_keys(record)
            record.prepare()
        model._base_manager.bulk_create(records)
        log = [
            Change(
                entity=label, record_id=record.pk, at=record.created_at, by_id=record.created_by_id,
                by_name=names[record.created_by_id], action="create", version=1,
            )
            for record in records
        ]  # fmt: skip
        Change._base_manager.bulk_create(log)
        index(records)

    def _write_pools(self) -> None:
        departments = {person.department for person in self.sellers if person.department is not None}
        members = list(Department._base_manager.filter(pk__in=departments))
        for place, (name, regions) in enumerate((("华东线索池", EAST), ("全国线索池", []))):
            made: Pool = entity_of(Pool).create(
                by=SAMPLER, name=name, entity=entity_of(Lead).label, position=place, regions=regions,
                member_departments=members, **RULES,
            )  # fmt: skip
            self.pools.append(made)

    def _drawn(self) -> Iterator[tuple[Record, Record, list[Record]]]:
        """Companies that nobody has sold to yet, with their first contact and what was said."""
        for batch in self.stream.batches((MOST + PAST) * 20, MOST):
            contacts = {contact["customer"]: contact for contact in reversed(batch.contacts)}
            for facts in batch.customers:
                if facts["stage"] in SOON and facts["form"] == "business" and facts["number"] in contacts:
                    said = [talk for talk in batch.follow_ups if talk["customer"] == facts["number"]]
                    yield facts, contacts[facts["number"]], said

    def _add_lead(self, key: int, place: int, facts: Record, contact: Record, talks: list[Record]) -> None:
        state, chance, whose = STATES[place % len(STATES)], self.chance, self._whose(facts)
        # A small company may have sold to fewer than its leads would have become.
        state = INVALID if state == CONVERTED else state
        days = chance.number(0, 6) if state == TO_DO else 1 + int(chance.random() ** 2 * 150)
        made_at = self.now - timedelta(days=days, minutes=chance.number(5, 300))
        product, unit, __, numbers = chance.pick(GOODS)
        lead = Lead(
            pk=key,
            company=facts["name"] if place % 6 else "",
            person=contact["name"],
            form_of_address=contact["form_of_address"],
            post=contact["post"],
            mobile=contact["mobile"].replace(" ", ""),
            wechat=contact["wechat"].replace(" ", ""),
            region=facts["region"],
            campaign=chance.pick(CAMPAIGNS),
            product=product,
            budget=chance.number(2, 60) * 1000 if place % 3 == 0 else 0,
            remark=f"需要{product}，约 {chance.pick(numbers)} {unit}" if place % 2 else "",
            state=state,
            created_at=made_at,
            created_by_id=whose.id,
            owner_id=whose.id,
            department_id=whose.department,
            # Not all of them go back into the pool in the first night.
            owned_since=max(made_at, self.now - timedelta(days=place % 29)),
        )
        since = made_at
        if state in (FOLLOWING, INVALID):
            since = self._talk(lead, whose, talks)
        lead.source = facts.get("source")
        self._settle_state(lead, since)
        self.made[Lead].append(lead)

    def _add_past(self, made: tuple[Lead, list[LeadFollowUp]]) -> None:
        self.made[Lead].append(made[0])
        self.made[LeadFollowUp] += made[1]

    def _whose(self, facts: Record) -> Person:
        return self.people.get(facts["owner"] or "") or self.chance.pick(self.sellers)

    def _talk(self, lead: Lead, whose: Person, talks: list[Record]) -> datetime:
        """One to three talks between the making and now; the last of an open lead may plan the next."""
        room, at = self.now - lead.created_at, lead.created_at
        said = talks[:3] or [
            {"manner": "call", "content": "电话介绍了公司和产品，先加微信发资料", "result": "considering"}
        ]
        for number, talk in enumerate(said, 1):
            at = to_minute(lead.created_at + room * number / (len(said) + 1))
            last = number == len(said) and lead.state == FOLLOWING and lead.pk % 3 != 0
            following = to_minute(self.now + timedelta(days=self.chance.number(0, 9), hours=1)) if last else None
            made = LeadFollowUp(
                lead=lead, content=talk["content"], manner=talk["manner"], at=at,
                next_at=following, created_at=at, created_by_id=whose.id, owner_id=whose.id,
                department_id=whose.department,
            )  # fmt: skip
            made.result = talk["result"] or None
            self.made[LeadFollowUp].append(made)
            lead.last_contact_at, lead.next_contact_at, lead.followed_by = at, following, whose.id
        return at

    def _settle_state(self, lead: Lead, at: datetime) -> None:
        lead.advanced_at = at
        if lead.state == UNASSIGNED:
            pool = next(pool for pool in self.pools if not pool.regions or str(lead.region)[:2] in _stems(pool))
            lead.owner_id, lead.department_id, lead.pool_id = pool.account_id, None, pool.pk
            lead.pooled_at, lead.owned_since = at, None
        elif lead.state == INVALID:
            lead.invalid_reason = self.chance.pick(REASONS)

    def _add_notes(self) -> None:
        became = [lead for lead in self.made[Lead] if lead.state == TO_DO][:2]
        for place, (text, manner) in enumerate(NOTES):
            product, unit, __, numbers = self.chance.pick(GOODS)
            name = f"{self.chance.pick('王李张刘陈杨黄周')}{self.chance.pick(('先生', '女士', '经理', '工'))}"
            said = text.format(
                name=name, mobile=self.phones.mobile(), product=product, unit=unit, many=self.chance.pick(numbers)
            )
            whose = self.people["ann"] if place % 3 == 0 and "ann" in self.people else self.chance.pick(self.sellers)
            at = to_minute(self.now - timedelta(hours=2 + 5 * place))
            note = CallNote(
                text=said, phone=number_in(said), manner=manner, at=at, created_at=at, created_by_id=whose.id,
                owner_id=whose.id, department_id=whose.department,
            )  # fmt: skip
            if place == ADVERTISER:
                note.state = DROPPED
            elif place >= len(NOTES) - len(became):
                note.lead = became[len(NOTES) - 1 - place]
                note.state, note.became, note.handled_at = DONE, BECAME_LEAD, at + timedelta(hours=1)
            self.made[CallNote].append(note)


def _stems(pool: Pool) -> set[str]:
    return {code[:2] for code in pool.regions}
