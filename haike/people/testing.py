"""People for tests: ann sells in 华南销售部, ben leads that department, cat sells in 华东销售部, boss sees all."""

from __future__ import annotations

from dataclasses import dataclass

from haike.kernel import versioned
from haike.people.department.record import Department
from haike.people.user.actions import SETUP, make_user
from haike.people.user.record import User

PASSWORD = "opensesame-2026"  # noqa: S105


@dataclass(frozen=True)
class Staff:
    """A small company: two sales departments under one head office."""

    company: Department
    south: Department
    east: Department
    boss: User
    ben: User
    ann: User
    cat: User


def make_department(name: str, *, parent: Department | None = None, manager: User | None = None) -> Department:
    """A department made by the system."""
    made: Department = Department._haike_entity.create(  # type: ignore[attr-defined]
        by=SETUP, name=name, parent=parent, manager=manager
    )
    return made


def make_staff() -> Staff:
    """Write the small company; all have the password PASSWORD."""
    company = make_department("海客科技")
    south = make_department("华南销售部", parent=company)
    east = make_department("华东销售部", parent=company)
    boss = make_user(username="boss", name="白石", password=PASSWORD, roles=["boss"], department=company)
    ben = make_user(
        username="ben", name="贲志强", password=PASSWORD, roles=["manager"], department=south, manager=boss,
        phone="13800000002", email="ben@example.com",
    )  # fmt: skip
    ann = make_user(
        username="ann", name="安然", password=PASSWORD, roles=["sales"], department=south, manager=ben,
        phone="13800000001", email="ann@example.com",
    )  # fmt: skip
    cat = make_user(
        username="cat", name="蔡晓", password=PASSWORD, roles=["sales"], department=east, manager=boss,
        phone="13800000003", email="cat@example.com",
    )  # fmt: skip
    # Within a test's transaction rights would be read anew at each question; from here on they are remembered.
    versioned.forget()
    return Staff(company, south, east, boss, ben, ann, cat)
