"""By what the records of an entity are known again; an entity opts in with one declaration.

declare(Identity("customers.customer", name="name", short="short_name", phones=("phone", "mobile"), code="tax_number"))
declare(Identity("customers.contact", phones=("mobile",), ids=("wechat",), stands_for="customer"))
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from haike.kernel.entity import Entity, entity_named

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Identity:
    """Which fields of an entity say who it is.

    `ids` are accounts of other services (WeChat, QQ), known by the names of their fields; one that is a mobile number
    counts as a telephone number.
    `stands_for` is the foreign key of one whose telephone numbers speak for another record: a contact for its
    customer. Where the field `form` has the value `person`, the name is a person's, and says nothing: many bear it.
    The sums `summed` add up when records become one.
    A record whose field `spent[0]` has one of the values `spent[1]` is nobody's twin any more: a converted lead.
    """

    label: str
    name: str = ""
    short: str = ""
    mnemonic: str = ""
    phones: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    code: str = ""
    stands_for: str = ""
    form: str = ""
    person: str = ""
    spent: tuple[str, tuple[str, ...]] = ("", ())
    summed: tuple[str, ...] = ()

    @property
    def entity(self) -> Entity:
        """The entity that declared it."""
        found = entity_named(self.label)
        assert found is not None, self.label
        return found

    @cached_property
    def number(self) -> int:
        """What stands for the label in the index, where there are millions of it."""
        return zlib.crc32(self.label.encode()) >> 1

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All fields that are looked at, those on which the form tells what was found first."""
        named = (self.name, self.short, self.mnemonic, *self.phones, *self.ids, self.code)
        return tuple(name for name in named if name)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What is read of a record to compare it."""
        return (*self.fields, *((self.form,) if self.form else ()))

    def values_of(self, record: Any) -> dict[str, Any]:
        """The identifying values of a record."""
        return {name: getattr(record, name) for name in self.columns}

    def named_by(self, values: Values) -> str:
        """The name, where it tells one from others."""
        return "" if self.form and values.get(self.form) == self.person else str(values.get(self.name) or "")


_declared: dict[str, Identity] = {}


def declare(identity: Identity) -> Identity:
    """Let the duplicate guard, the scan and the merge serve an entity."""
    twins = [each.label for each in _declared.values() if each.number == identity.number and each != identity]
    if twins:
        raise RuntimeError(f"{identity.label} and {twins[0]} have one number in the index of identities")
    _declared[identity.label] = identity
    return identity


def identities() -> list[Identity]:
    """All that opted in."""
    return list(_declared.values())


def identity_of(entity: Entity) -> Identity | None:
    """The declaration of an entity, or None."""
    return _declared.get(entity.label)
