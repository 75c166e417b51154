"""The public seas of the sample company: two by region, the second for what the first does not take, rules on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.models import Department, User
from haike.pools.models import Pool
from haike.site.demo.staff import Staff

SAMPLER = System("sample")
FOLLOW_DAYS = 60
EAST = ["310000", "320000", "330000", "340000", "370000", "360000"]
RULES: dict[str, Any] = {
    "claims_per_day": 20,
    "holds_most": 300,
    "protect_days": 15,
    "reclaim_days": 30,
    "recycles": True,
    "follow_days": FOLLOW_DAYS,
    "remind_days": 3,
    "spares": ["vip", "hot", "dealt", "resting", "partner"],
}


@dataclass(frozen=True)
class SampleSea:
    """Where the sample puts what nobody owns: the beginnings of region codes, none for all others."""

    pool: int
    account: int
    stems: tuple[str, ...]


def write_seas(staff: Staff, users: dict[str, int], departments: dict[str, int]) -> list[SampleSea]:
    """Make the two seas; every sales department may claim from both."""
    sellers = [departments[unit.key] for unit in staff.departments if unit.key in ("south", "east", "key_accounts")]
    chosen = list(Department._base_manager.filter(pk__in=sellers or list(departments.values())[:1]))
    found = []
    for place, (name, regions, head) in enumerate((("华东公海", EAST, "eve"), ("全国公海", [], "ben"))):
        managers = list(User._base_manager.filter(pk__in=[users[name] for name in (head,) if name in users]))
        pool: Pool = entity_of(Pool).create(
            by=SAMPLER, name=name, entity=entity_of(Customer).label, position=place, regions=regions,
            member_departments=chosen, managers=managers, **RULES,
        )  # fmt: skip
        found.append(SampleSea(pool.pk, pool.account_id, tuple(code[:2] for code in regions)))
    return found


def facts_of(seas: list[SampleSea], customer: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Where a customer lies, or since when its owner has it, so that some come back on each of the coming days."""
    at = customer["created_at"]
    if customer["owner"] or not seas:
        return {"owned_since": max(at, now - timedelta(days=customer["id"] % FOLLOW_DAYS))} if seas else {}
    sea = sea_of(seas, customer)
    return {"pool_id": sea.pool, "pooled_at": min(now, max(at, customer.get("last_contact_at") or at))}


def sea_of(seas: list[SampleSea], customer: dict[str, Any]) -> SampleSea:
    """The first sea that takes the customer's region."""
    region = customer.get("region") or ""
    return next(sea for sea in seas if not sea.stems or region.startswith(sea.stems))
