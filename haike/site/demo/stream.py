"""The sample company as a stream: batches of customers with their contacts and follow-ups, owners already chosen.

Records are dictionaries with the names of the model's fields; people are sign-in names, and customers and contacts
bear their number in the stream, which whoever writes them turns into keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from haike.chinese.pinyin import full_pinyin
from haike.site.demo.chance import Chance, spread
from haike.site.demo.companies import Companies, Company
from haike.site.demo.ids import BANKS, Ids
from haike.site.demo.names import People, Person
from haike.site.demo.phones import Phones
from haike.site.demo.places import Places, Spot
from haike.site.demo.staff import SIZE, Staff, make_staff
from haike.site.demo.talks import Talks
from haike.site.demo.words import BANK_NAMES, FEMALE_POSTS, MALE_POSTS, Post
from haike.site.demo.working_days import WorkingDays

SEED = 20_260_101
BATCH = 5_000
Record = dict[str, Any]

_STAGES = spread(
    {
        "prospect": 34, "contacted": 22, "intent": 14, "to_sign": 3, "signed": 9, "repeat": 9, "paused": 5,
        "stopped": 4,
    },
    100,
)  # fmt: skip
_KINDS = {
    "prospect": spread({"potential": 96, "supplier": 2, "partner": 1, "competitor": 1}, 100),
    "contacted": spread({"potential": 95, "supplier": 2, "partner": 2, "agent": 1}, 100),
    "intent": spread({"potential": 96, "agent": 4}, 100),
    "to_sign": ("potential",),
    "signed": spread({"normal": 88, "vip": 4, "agent": 5, "partner": 3}, 100),
    "repeat": spread({"normal": 74, "vip": 16, "agent": 8, "partner": 2}, 100),
    "paused": spread({"potential": 60, "normal": 40}, 100),
    "stopped": ("lost",),
}
_LEVELS = {
    "vip": ("vip",),
    "potential": spread({"ordinary": 55, "small": 33, "key": 12}, 100),
    "normal": spread({"ordinary": 50, "small": 25, "key": 25}, 100),
}
_ANY_LEVEL = spread({"ordinary": 70, "small": 20, "key": 10}, 100)
_SIZES = spread({"1": 24, "10": 34, "50": 16, "100": 15, "300": 8, "1000": 2, "5000": 1}, 100)
_SOURCES = spread(
    {
        "cold_call": 20, "visit": 8, "referral": 12, "friend": 4, "partner": 4, "website": 9, "search": 8, "douyin": 6,
        "xiaohongshu": 2, "wechat": 4, "b2b": 9, "shop": 3, "fair": 6, "meeting": 1, "advertisement": 2, "tender": 1,
        "directory": 6, "inbound": 5,
    },
    110,
)  # fmt: skip
_HOT_REASONS = (
    "urgent_need", "about_to_sign", "large_amount", "asked_price", "budget_ready", "competitor_active", "reorder_due",
    "expansion",
)  # fmt: skip
_MANNERS_OF_PAYMENT = spread(
    {"prepaid": 30, "monthly": 24, "cash": 14, "deposit": 12, "credit": 12, "on_delivery": 8}, 100
)
_RATINGS = spread({"aaa": 6, "aa": 18, "a": 40, "b": 26, "c": 8, "d": 2}, 100)
_CONTENT = ("very_satisfied", "satisfied", "satisfied", "satisfied", "neutral", "dissatisfied")
_BUYERS = frozenset({"signed", "repeat", "paused"})
# How many talks there have been; two on the average.
_ON_THE_SPOT = ("上门", "拜访", "现场测试")
"""What is planned with one of these words is a visit."""
_TALKS = {
    "prospect": (0, 0, 1, 1, 1, 1, 2),
    "contacted": (1, 1, 2, 2, 2, 3),
    "intent": (1, 2, 2, 3, 3, 4, 5),
    "to_sign": (2, 3, 4, 5, 6),
    "signed": (2, 3, 3, 4, 5, 6),
    "repeat": (2, 3, 4, 5, 6, 8),
    "paused": (1, 2, 3, 3),
    "stopped": (1, 2, 2, 3),
}
# How a relation has come to its stage: what the talks before the last were about.
_BEFORE = {
    "prospect": ("prospect",),
    "contacted": ("prospect", "contacted"),
    "intent": ("prospect", "contacted", "intent"),
    "to_sign": ("contacted", "intent", "to_sign"),
    "signed": ("intent", "to_sign", "signed"),
    "repeat": ("signed", "repeat"),
    "paused": ("contacted", "intent", "paused"),
    "stopped": ("prospect", "contacted", "stopped"),
}
_HOBBIES = (
    "tea", "fishing", "golf", "badminton", "basketball", "running", "travel", "reading", "food", "hiking", "film",
    "fitness",
)  # fmt: skip
_CHANNELS = spread({"mobile": 40, "wechat": 40, "landline": 6, "email": 6, "visit": 4, "qq": 2, "wecom": 2}, 100)
_SOUTH = frozenset("广东省 广西壮族自治区 海南省 福建省 湖南省 香港特别行政区 澳门特别行政区".split())
_EAST = frozenset("上海市 江苏省 浙江省 安徽省 山东省 江西省".split())
_UNOWNED = 0.13
"""Share of customers in the public sea."""


@dataclass(slots=True)
class Batch:
    """Customers, and the contacts and follow-ups of just these."""

    customers: list[Record]
    contacts: list[Record]
    follow_ups: list[Record]


class SampleCompany:
    """Everything for one sample company; the same seed, moment and sizes give the same records."""

    def __init__(self, now: datetime, *, seed: int = SEED, users: int = SIZE) -> None:
        self._chance = chance = Chance(seed)
        self._now = now
        self._days = WorkingDays(chance, now)
        self._people = People(chance, now.year)
        self._phones = Phones(chance)
        self._places = Places(chance)
        self._ids = Ids(chance)
        self._companies = Companies(chance, self._places, self._ids)
        self._talks = Talks(chance)
        self.staff: Staff = make_staff(chance, self._people, self._phones, users)
        self._owners = self._spread_owners(near=users <= SIZE)
        self._customer = self._contact = 0

    def _spread_owners(self, *, near: bool) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Tables of owners for the south, the east and elsewhere; in a large company everybody sells everywhere."""
        sellers = {one.username: one for one in self.staff.colleagues if one.weight}

        def table(*units: str) -> tuple[str, ...]:
            return spread({name: one.weight for name, one in sellers.items() if one.unit.startswith(units)}, 2000)

        if not near:
            return table(""), table(""), table("")
        return table("office", "south", "key"), table("office", "east", "key"), table("")

    def batches(self, customers: int, size: int = BATCH) -> Iterator[Batch]:
        """The customers in batches; numbers count on over all of them."""
        while customers > 0:
            batch = Batch([], [], [])
            for _ in range(min(size, customers)):
                self._add(batch)
            customers -= size
            yield batch

    def _add(self, batch: Batch) -> None:
        chance = self._chance
        random = chance.random
        self._customer += 1
        stage = _STAGES[int(random() * len(_STAGES))]
        customer: Record = {"number": self._customer, "stage": stage}
        if random() < 0.9:
            company = self._companies.draw()
            spot, trade = company.spot, company.word
            self._describe_company(customer, company, stage)
            count = 1 + (random() < 0.72) + (random() < 0.4)
            contacts = [self._contact_of(customer, company, place) for place in range(count)]
            who = contacts[0]["called"]
        else:
            spot, trade = self._places.spot(), "个体经营"
            person = self._people.draw(male=0.55)
            self._describe_individual(customer, person, spot, stage)
            contacts = [self._relative_of(customer, person)] if random() < 0.35 else []
            who = person.surname + ("先生" if person.gender == "male" else "女士")
        if (position := self._places.position(spot)) is not None:
            customer["longitude"], customer["latitude"] = position
        owner = self._owner_of(spot)
        customer["owner"] = owner
        self._add_follow_ups(batch, customer, contacts, who, trade, spot.short_city)
        for contact in contacts:
            contact["owner"] = owner
        batch.customers.append(customer)
        batch.contacts += contacts

    def _owner_of(self, spot: Spot) -> str | None:
        random = self._chance.random
        if random() < _UNOWNED:
            return None
        south, east, elsewhere = self._owners
        table = south if spot.province in _SOUTH else east if spot.province in _EAST else elsewhere
        return table[int(random() * len(table))]

    def _describe_company(self, customer: Record, company: Company, stage: str) -> None:
        random = self._chance.random
        spot = company.spot
        landline = self._phones.landline(spot.area_code)
        customer |= {
            "form": "business",
            "name": company.name,
            "short_name": company.short_name,
            "mnemonic": company.mnemonic,
            "industry": company.industry,
            "nature": company.nature,
            "size": "1" if company.nature == "individual" else _SIZES[int(random() * len(_SIZES))],
            "phone": landline if random() < 0.8 else "",
            "mobile": self._phones.mobile_at(spot.area_code) if company.site == "shop" or random() < 0.2 else "",
            "email": f"info@{company.domain}" if random() < 0.4 else "",
            "website": f"http://www.{company.domain}" if random() < 0.45 else "",
            "region": spot.region,
            "address": self._places.address(spot, company.site),
            "postcode": spot.post_code,
            "tax_number": company.credit_code if stage in _BUYERS or random() < 0.4 else "",
        }
        self._describe_relation(customer, stage)
        if stage in _BUYERS:
            bank = BANKS[int(random() * len(BANKS))]
            customer |= {
                "tax_name": company.name,
                "invoice_kind": "digital_special" if random() < 0.75 else "digital_ordinary",
                "bank": f"{BANK_NAMES[bank]}{spot.short_city}{spot.short_district}支行",
                "bank_account": self._ids.account(bank),
                "tax_phone": landline,
                "payment_manner": _MANNERS_OF_PAYMENT[int(random() * len(_MANNERS_OF_PAYMENT))],
                "credit_rating": _RATINGS[int(random() * len(_RATINGS))],
                "credit_limit": (1, 2, 3, 5, 5, 10, 10, 20, 30, 50)[int(random() * 10)] * 10_000,
            }
            owed = customer["bank_account"][-3:]
            if owed < "080":
                # Of some there was something to be paid when the house began with these books.
                customer |= dict.fromkeys(("opening_debt", "debt"), 1_000 + int(owed) * 125)

    def _describe_individual(self, customer: Record, person: Person, spot: Spot, stage: str) -> None:
        chance = self._chance
        mobile = self._phones.mobile_at(spot.area_code)
        customer |= {
            "form": "individual",
            "name": person.name,
            "gender": person.gender,
            "birthday": self._birthday(person) if chance.random() < 0.4 else "",
            "mobile": mobile,
            "wechat": mobile if chance.random() < 0.5 else "",
            "region": spot.region,
            "address": self._places.address(spot, "home"),
            "postcode": spot.post_code,
        }
        self._describe_relation(customer, stage)

    def _describe_relation(self, customer: Record, stage: str) -> None:
        chance = self._chance
        random = chance.random
        kind = chance.pick(_KINDS[stage])
        level = _LEVELS.get(kind, _ANY_LEVEL)
        customer["kind"] = kind
        customer["level"] = level[int(random() * len(level))]
        customer["source"] = _SOURCES[int(random() * len(_SOURCES))]
        if stage in _BUYERS:
            customer["value"] = "abbccccddde"[int(random() * 11)]
            customer["potential"] = ("great", "large", "medium", "medium", "small")[int(random() * 5)]
            if kind in ("normal", "vip", "agent"):
                customer["satisfaction"] = _CONTENT[int(random() * len(_CONTENT))]
        if stage in ("intent", "to_sign") and random() < 0.35:
            customer["heat"] = ("high", "medium", "medium", "low")[int(random() * 4)]
            customer["heat_reason"] = _HOT_REASONS[int(random() * len(_HOT_REASONS))]
            customer["heat_until"] = self._days.coming(10 + int(random() * 30)).date()

    def _contact_of(self, customer: Record, company: Company, place: int) -> Record:
        """A person at a company; the first is the main contact and decides more often."""
        random = self._chance.random
        person = self._people.draw()
        posts = MALE_POSTS if person.gender == "male" else FEMALE_POSTS
        # The tables run from the top down, and the first contact is drawn from their upper half.
        post: Post = posts[int(random() * (random() if place == 0 else 1) * len(posts))]
        area_code = company.spot.area_code
        mobile = self._phones.mobile_at(area_code)
        self._contact += 1
        contact: Record = {
            "number": self._contact,
            "customer": customer["number"],
            "main": place == 0,
            "name": person.name,
            "gender": person.gender,
            "called": person.surname + post.called,
            "form_of_address": post.form_of_address,
            "department_name": post.department,
            "post": post.name,
            "decision_role": post.role,
            "classification": "key" if place == 0 else post.classification,
            "mobile": mobile,
            "phone": customer["phone"] if random() < 0.3 else "",
            "wechat": mobile if random() < 0.55 else "",
            "email": f"{full_pinyin(person.name, person=True)}@{company.domain}" if random() < 0.35 else "",
        }
        if random() < 0.1:
            contact["qq"] = str(100_000_000 + int(random() * 2_800_000_000))
        if random() < 0.3:
            contact["birthday"] = self._birthday(person)
        if random() < 0.15:
            contact["hobbies"] = [_HOBBIES[int(random() * len(_HOBBIES))]]
        if random() < 0.5:
            contact["preferred_channel"] = _CHANNELS[int(random() * len(_CHANNELS))]
        return contact

    def _relative_of(self, customer: Record, person: Person) -> Record:
        """Somebody of an individual's family who may be reached instead."""
        other = self._people.draw(male=0.2 if person.gender == "male" else 0.8)
        self._contact += 1
        return {
            "number": self._contact,
            "customer": customer["number"],
            "main": True,
            "name": other.name,
            "gender": other.gender,
            "called": other.surname + ("先生" if other.gender == "male" else "女士"),
            "form_of_address": "mr" if other.gender == "male" else "ms",
            "post": "家属",
            "classification": "private",
            "mobile": self._phones.mobile(),
        }

    def _birthday(self, person: Person) -> str:
        """Older people often count by the moon."""
        chance = self._chance
        month, day = chance.number(1, 12), chance.number(1, 28)
        lunar = person.born < 1975 and chance.random() < 0.25
        return f"{'lunar ' if lunar else ''}{person.born}-{month:02d}-{day:02d}"

    def _add_follow_ups(
        self, batch: Batch, customer: Record, contacts: list[Record], who: str, trade: str, city: str
    ) -> None:
        random = self._chance.random
        stage = customer["stage"]
        counts = _TALKS[stage]
        count = counts[int(random() * len(counts))]
        moments = sorted([self._days.seconds() // 60 * 60 for _ in range(count + 1)])
        customer["created_at"] = datetime.fromtimestamp(moments[0], UTC)
        author = customer["owner"] or self._owners[2][int(random() * len(self._owners[2]))]
        before = _BEFORE[stage]
        last: Record | None = None
        for number in range(1, count + 1):
            then = before[(number * len(before) - 1) // count] if number < count else stage
            contact = contacts[0] if contacts else None
            called = who
            if len(contacts) > 1 and random() < 0.25:
                contact = contacts[1]
                called = contact["called"]
            talk = self._talks.draw(then, called, trade, city)
            at = datetime.fromtimestamp(moments[number], UTC)
            last = {
                "customer": customer["number"],
                "contact": contact["number"] if contact else None,
                "manner": talk.manner,
                "subject": talk.subject,
                "result": talk.result,
                "attitude": talk.attitude,
                "content": talk.content,
                "stage": then,
                "products": talk.product,
                "at": at,
                "next_at": at + timedelta(days=talk.days) if talk.next_text else None,
                "next_what": talk.next_text,
                "next_manner": "visit" if any(word in talk.next_text for word in _ON_THE_SPOT) else None,
                "created_by": author,
                "owner": customer["owner"],
            }
            batch.follow_ups.append(last)
            if talk.manner in ("visit", "reception"):
                customer["last_visit_at"] = at
        if last is not None:
            customer["last_contact_at"] = last["at"]
            if last["next_at"]:
                last["next_at"] = self._plan_next(last["next_at"]) if customer["owner"] else None
                customer["next_contact_at"] = last["next_at"]
                customer["next_contact_what"] = last["next_what"] if customer["owner"] else ""

    def _plan_next(self, due: datetime) -> datetime:
        """Most promises of the past were put off to a day to come; the others are overdue."""
        random = self._chance.random
        days = (due - self._now).days
        if days < 0:
            if random() < 0.15:
                return due
            days = int(random() * random() * 40)
        return self._days.coming(days)
