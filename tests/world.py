"""Random companies for the tests of rights, and a slow, obvious oracle that says who may do what with which customer.

The oracle is written anew from the words of the feature list and shares no line with `haike.people.grants` or
`haike.kernel.policy`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection
from hypothesis import strategies as st

from haike.customers.models import Contact, Customer
from haike.find import finder as find
from haike.find.share import Share
from haike.kernel import search, versioned
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.models import Department, Role, User
from haike.people.testing import make_department
from haike.people.user.actions import SETUP, make_user

USERS, DEPARTMENTS, ROLES, CUSTOMERS = 6, 5, 4, 10
REACHES = ["none", "own", "subordinates", "department", "below", "all"]
ACTIONS = ("view", "edit", "export", "delete")
WRITES = {"edit", "delete"}
WORD = "协力"


@dataclass(frozen=True)
class World:
    """A drawn company; people, departments, roles and customers are named by their places."""

    above: list[int | None]
    home: list[int]
    further: list[set[int]]
    heads: list[int | None]
    manager: list[int | None]
    roles: list[dict[str, str]]
    has: list[set[int]]
    owner: list[int | None]
    shares: dict[tuple[int, int], bool] = field(default_factory=dict)

    def may(self, user: int, action: str, customer: int) -> bool:
        """Whether the user may do that, as one would explain it to a colleague; one acts on nothing unseen."""
        needed = {"view", action}
        if not all(self.reaches(user, each) for each in needed):
            return False
        if (user, customer) in self.shares and (action not in WRITES or self.shares[user, customer]):
            return True
        return all(self.is_within(user, each, customer) for each in needed)

    def reaches(self, user: int, action: str) -> set[str]:
        return {self.roles[role][action] for role in self.has[user]} - {"none"}

    def is_within(self, user: int, action: str, customer: int) -> bool:
        reaches, owner = self.reaches(user, action), self.owner[customer]
        if "all" in reaches:
            return True
        if owner is None:
            return False
        if owner == user:
            return True
        if "subordinates" in reaches and user in self.superiors(owner):
            return True
        sits_in = {self.home[owner], *self.further[owner]}
        mine = {self.home[user], *self.further[user], *(d for d, head in enumerate(self.heads) if head == user)}
        if "department" in reaches and sits_in & mine:
            return True
        return "below" in reaches and any(mine & {place, *self.departments_above(place)} for place in sits_in)

    def superiors(self, user: int) -> set[int]:
        found: set[int] = set()
        boss = self.manager[user]
        while boss is not None:
            found.add(boss)
            boss = self.manager[boss]
        return found

    def departments_above(self, department: int) -> list[int]:
        found = []
        up = self.above[department]
        while up is not None:
            found.append(up)
            up = self.above[up]
        return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    def one_before(place: int) -> int | None:
        return draw(st.none() | st.integers(0, place - 1)) if place else None

    some_department, some_user = st.integers(0, DEPARTMENTS - 1), st.integers(0, USERS - 1)
    reach = st.sampled_from(REACHES)
    return World(
        above=[one_before(place) for place in range(DEPARTMENTS)],
        home=[draw(some_department) for _ in range(USERS)],
        further=[draw(st.sets(some_department, max_size=1)) for _ in range(USERS)],
        heads=[draw(st.none() | some_user) for _ in range(DEPARTMENTS)],
        manager=[one_before(place) for place in range(USERS)],
        roles=[{action: draw(reach) for action in ACTIONS} for _ in range(ROLES)],
        has=[draw(st.sets(st.integers(0, ROLES - 1), min_size=1, max_size=2)) for _ in range(USERS)],
        owner=[draw(st.none() | some_user) for _ in range(CUSTOMERS)],
        shares=draw(st.dictionaries(st.tuples(some_user, st.integers(0, CUSTOMERS - 1)), st.booleans(), max_size=6)),
    )


@dataclass(frozen=True)
class Stage:
    """The rows that play: made once for a test, then dressed as one world after another."""

    departments: list[Department]
    users: list[User]
    roles: list[Role]
    customers: list[Customer]
    contacts: list[Contact]

    def play(self, world: World) -> None:
        """Make the database say what the world says."""
        with writer():
            for place, department in enumerate(self.departments):
                line = [*reversed(world.departments_above(place)), place]
                department.path = "/" + "".join(f"{self.departments[each].pk}/" for each in line)
                department.parent = self.departments[line[-2]] if len(line) > 1 else None
                head = world.heads[place]
                department.manager = self.users[head] if head is not None else None
                department.save()
            for place, role in enumerate(self.roles):
                rights = {action: reach for action, reach in world.roles[place].items() if reach != "none"}
                role.rights = {"customers.*": rights} if rights else {}
                role.save()
            for place, user in enumerate(self.users):
                boss = world.manager[place]
                user.department = self.departments[world.home[place]]
                user.manager = self.users[boss] if boss is not None else None
                user.save()
                user.departments.set([self.departments[each] for each in world.further[place]])
                user.roles.set([self.roles[each] for each in world.has[place]])
            for place, customer in enumerate(self.customers):
                owner = world.owner[place]
                customer.owner = self.users[owner] if owner is not None else None
                customer.save()
            for contact, customer in zip(self.contacts, self.customers, strict=True):
                contact.owner = customer.owner
                contact.save()
        for model, rows in ((Customer, self.customers), (Contact, self.contacts)):
            search.reown(connection, model, [row.pk for row in rows])
        Share.objects.all().delete()
        for (user, customer), can_write in world.shares.items():
            Share.objects.create(
                entity="customers.customer",
                record_id=self.customers[customer].pk,
                user=self.users[user],
                can_write=can_write,
            )
        versioned.forget()
        find.forget()


def build_stage() -> Stage:
    """Plain rows that belong to nobody yet."""
    departments = [make_department(f"第{place}部") for place in range(DEPARTMENTS)]
    roles = [
        entity_of(Role).create(by=SETUP, name=f"角色{place}", rights={}, field_rights={}, grants=[])
        for place in range(ROLES)
    ]
    users = [
        make_user(username=f"user{place}", name=f"用户{place}", department=departments[0]) for place in range(USERS)
    ]
    customers = [
        entity_of(Customer).create(by=SETUP, name=f"{WORD}第{place}号有限公司", phone=f"1380013{place:04}")
        for place in range(CUSTOMERS)
    ]
    contacts = [
        entity_of(Contact).create(by=SETUP, customer=customer, name=f"{WORD}联系人{place}")
        for place, customer in enumerate(customers)
    ]
    for customer in customers:
        customer.refresh_from_db()
    return Stage(departments, users, roles, customers, contacts)
