"""From the stream of the sample company to rows: keys, what each record's `prepare` computes, log and search texts.

The same facts that `change.create` stores, computed without an object per record. Works without the database, so a
large company can be prepared in a second process while the first one writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from haike.chinese.names import called, split_name
from haike.chinese.pinyin import full_pinyin, initials, sort_key
from haike.customers.birthday import key_of
from haike.customers.customer.record import Customer, heat_rank, name_key
from haike.customers.models import Contact
from haike.customers.review.state import CHECKED, REFUSED, address_key
from haike.find.index.load import Ready, ready
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.fields import PinyinKey, person_names
from haike.kernel.log import Change
from haike.kernel.look import LongTextLook, PhoneLook, TextLook
from haike.site.demo.own_fields import values_of
from haike.site.demo.rows import Row, Table
from haike.site.demo.seas import SampleSea, facts_of, sea_of
from haike.site.demo.stream import Batch, Record
from haike.work.models import FollowUp

Month = tuple[int, int]
Text = tuple[int, int | None, list[str]]
NUMBERED_IN = ZoneInfo("Asia/Shanghai")
LONGEST_KEY = 200
REVIEWED_AFTER = timedelta(hours=3)
PHONES = ("phone", "mobile", "tax_phone")


class Person(NamedTuple):
    """What rows say of a user."""

    id: int
    department: int | None
    name: str


@dataclass
class Pile:
    """Rows of one entity with their log and search texts."""

    rows: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    documents: list[Ready] = field(default_factory=list)

    def fold(self, vendor: str) -> None:
        """Make search documents of the texts, once."""
        self.documents += [ready(vendor, *text) for text in self.texts]
        self.texts = []


@dataclass
class Prepared:
    """One batch, ready to be written. Customers lack only their numbers; `months` tells in which each is counted."""

    customers: Pile = field(default_factory=Pile)
    contacts: Pile = field(default_factory=Pile)
    follow_ups: Pile = field(default_factory=Pile)
    months: list[Month] = field(default_factory=list)

    def fold(self, vendor: str) -> Prepared:
        """The same with search documents; half of all the preparing, so it is done where there is time for it."""
        for pile in (self.customers, self.contacts, self.follow_ups):
            pile.fold(vendor)
        return self


@lru_cache(maxsize=60_000)
def _spelled(text: str, person: bool) -> tuple[str, ...]:
    return (initials(text, person=person), full_pinyin(text, person=person))


class Texts:
    """What the search knows of an entity's records, as `Entity.search_text` tells it."""

    def __init__(self, entity: Entity) -> None:
        self.own: list[tuple[str, bool, bool]] = []
        self.linked: list[tuple[str, str, bool, bool]] = []
        for path in entity.search:
            first, __, rest = path.partition("__")
            owner = entity
            if rest:
                owner = entity_of(entity.model._meta.get_field(first).related_model)
            name = rest or first
            look = owner.looks[name]
            spelled = isinstance(look, TextLook) and not isinstance(look, LongTextLook | PhoneLook)
            person = spelled and look.field is not None and name in person_names(look.field.model)
            if rest:
                self.linked.append((first, name, spelled, person))
            else:
                self.own.append((name, spelled, person))

    def of(self, values: Mapping[str, Any], linked: Mapping[str, list[Record]]) -> list[str]:
        """The texts of one record, given the records that its searched links lead to."""
        found: list[str] = []
        for name, spelled, person in self.own:
            if text := values.get(name):
                found.append(text)
                if spelled and not text.isascii():
                    found += _spelled(text, person)
        for link, name, spelled, person in self.linked:
            for other in linked[link]:
                if text := other.get(name):
                    found.append(text)
                    if spelled and not text.isascii():
                        found += _spelled(text, person)
        return found


class Records:
    """Gives the batches of a stream their keys; `first` is the first free key of each table."""

    def __init__(
        self,
        vendor: str,
        people: Mapping[str, Person],
        first: Mapping[str, int],
        nobody: Person,
        seas: list[SampleSea],
        now: datetime,
    ) -> None:
        self.vendor, self.people, self.nobody, self.seas, self.now = vendor, people, nobody, seas, now
        self.tables = {model: Table(model, vendor) for model in (Customer, Contact, FollowUp)}
        self.log = Table(Change, vendor)
        self.texts = {model: Texts(entity_of(model)) for model in self.tables}
        self.labels = {model: entity_of(model).label for model in self.tables}
        self.own: dict[str, str] = {}
        """The keys of the own fields that customers have, by the names that `values_of` gives them."""
        self._forms = {code: word.name for code, word in words_of("form_of_address").items()}
        self.keys = {model: first[self.labels[model]] for model in self.tables}

    def prepare(self, batch: Batch) -> Prepared:
        """The rows of a batch; customers are numbered in the order in which they were made."""
        done = Prepared()
        customers = {record["number"]: record for record in sorted(batch.customers, key=lambda one: one["created_at"])}
        contacts = {record["number"]: record for record in batch.contacts}
        self._number(customers.values(), Customer)
        self._number(contacts.values(), Contact)
        # The talks of a customer come oldest first; of two in one minute the later row counts as the newer one.
        for follow_up in batch.follow_ups:
            self._settle(follow_up, customers[follow_up["customer"]], contacts.get(follow_up["contact"]))
        for contact in contacts.values():
            self._add_contact(done.contacts, contact, customers[contact["customer"]])
        for customer in customers.values():
            self._add_customer(done, customer)
        for follow_up in batch.follow_ups:
            self._add_follow_up(done.follow_ups, follow_up, customers, contacts)
        return done

    @staticmethod
    def _normal_phones(record: Record) -> None:
        """Numbers as `haike.chinese.phone` writes them: digits only, or + and digits."""
        for name in PHONES:
            number = record.get(name)
            if number and not number.isdigit():
                record[name] = number.replace("-", "").replace(" ", "")

    def _number(self, records: Any, model: Any) -> None:
        key = self.keys[model]
        for record in records:
            self._normal_phones(record)
            record["id"] = key
            key += 1
        self.keys[model] = key

    @staticmethod
    def _settle(follow_up: Record, customer: Record, contact: Record | None) -> None:
        """What `work.follow_up.actions` stores beside the talk itself."""
        at = follow_up["at"]
        if follow_up["next_at"] is None:
            follow_up["next_what"], follow_up["next_manner"] = "", None
        customer["last_contact_at"] = at
        customer["next_contact_at"] = follow_up["next_at"]
        customer["next_contact_what"] = follow_up["next_what"]
        customer["next_contact_manner"] = follow_up["next_manner"]
        if follow_up["manner"] == "visit":
            customer["visited"] = at
        if contact is not None:
            contact["last_contact_at"], contact["next_contact_at"] = at, follow_up["next_at"]

    def _common(self, values: dict[str, Any], at: datetime, author: Person, customer: Record) -> int | None:
        whose = self.people[customer["owner"]] if customer["owner"] else None
        lying = sea_of(self.seas, customer).account if self.seas and whose is None else None
        values["owner_id"] = whose.id if whose else lying
        values["department_id"] = whose.department if whose else None
        values["created_at"] = values["changed_at"] = at
        values["created_by_id"] = values["changed_by_id"] = author.id
        return values["owner_id"]

    def _put(
        self,
        pile: Pile,
        model: Any,
        values: dict[str, Any],
        author: Person,
        linked: dict[str, list[Record]],
    ) -> None:
        table = self.tables[model]
        row = table.row(values)
        pile.rows.append(row)
        key = values["id"]
        log = {
            "entity": self.labels[model], "record_id": key, "at": values["created_at"], "by_id": author.id,
            "by_name": author.name, "action": "create", "version": 1,
        }  # fmt: skip
        pile.log.append(self.log.row(log))
        pile.texts.append((key, values["owner_id"], self.texts[model].of(values, linked)))

    def _add_contact(self, pile: Pile, contact: Record, customer: Record) -> None:
        author = self.people.get(customer["owner"], self.nobody)
        form = self._forms.get(contact["form_of_address"], "")
        contact["called"] = called(contact["name"], form, contact["post"])[:120]
        customer.setdefault("people", []).append(contact)
        if contact["main"]:
            customer["main_contact_id"] = contact["id"]
        pinyin = sort_key(contact["name"], person=True)[:LONGEST_KEY]
        first = pinyin[:1].upper()
        values = {
            **{name: value for name, value in contact.items() if name not in ("customer", "number", "owner")},
            "customer_id": customer["id"],
            "name_pinyin": pinyin,
            "surname": split_name(contact["name"])[0][:20],
            "letter": first if first.isascii() and first.isalpha() else "#",
            "birthday_key": key_of(contact.get("birthday", "")),
        }
        self._common(values, customer["created_at"], author, customer)
        self._put(pile, Contact, values, author, {"customer": [customer]})

    def _add_customer(self, done: Prepared, customer: Record) -> None:
        author = self.people.get(customer["owner"], self.nobody)
        at = customer["created_at"]
        month = at.astimezone(NUMBERED_IN)
        done.months.append((month.year, month.month))
        values = {
            **{name: value for name, value in customer.items() if name not in ("number", "owner")},
            "name_pinyin": sort_key(customer["name"])[:LONGEST_KEY],
            "name_key": name_key(customer["name"]),
            "address_key": address_key(customer["region"], customer["address"]),
            "heat_rank": heat_rank(customer.get("heat")),
            "birthday_key": key_of(customer.get("birthday", "")),
            "last_visit_at": customer.get("visited"),
            "custom": values_of(customer, self.own),
        }
        values |= _review(customer)
        values |= facts_of(self.seas, customer, self.now)
        self._common(values, at, author, customer)
        self._put(done.customers, Customer, values, author, {"contacts": customer.get("people", [])})

    def _add_follow_up(
        self, pile: Pile, follow_up: Record, customers: Mapping[int, Record], contacts: Mapping[int, Record]
    ) -> None:
        customer, contact = customers[follow_up["customer"]], contacts.get(follow_up["contact"])
        author = self.people.get(follow_up["created_by"], self.nobody)
        values = {name: value for name, value in follow_up.items() if name not in ("customer", "contact", "owner")}
        values["id"] = self.keys[FollowUp]
        self.keys[FollowUp] += 1
        values["customer_id"], values["contact_id"] = customer["id"], contact["id"] if contact else None
        self._common(values, follow_up["at"], author, customer)
        self._put(pile, FollowUp, values, author, {"customer": [customer]})


def _review(customer: Record) -> dict[str, Any]:
    """Half of those whose tax number is known were reviewed soon after they came, and one in twenty was refused."""
    found: dict[str, Any] = {}
    if customer.get("tax_number") and customer["id"] % 2:
        refused = customer["id"] % 20 == 1
        found["review"] = REFUSED if refused else CHECKED
        found["review_reason"] = "营业执照已过期，请客户补交最新副本。" if refused else ""
        found["reviewed_at"] = customer["created_at"] + REVIEWED_AFTER
    return found


# A change of the declared pinyin keys would be missed here.
assert {f.name for m in (Customer, Contact, FollowUp) for f in m._meta.fields if isinstance(f, PinyinKey)} == {
    "name_pinyin"
}
