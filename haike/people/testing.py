"""People for tests: ann sells in 华南销售部, ben leads that department, cat sells in 华东销售部, boss sees all."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from haike.kernel import search, versioned
from haike.kernel.log import Change
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


_standing: list[bytes] = []


def keep_staff() -> None:
    """Write the small company to stay: from now on `make_staff` finds it."""
    if User._base_manager.exists():
        # A database that is used again (--reuse-db) has those of the last time.
        send_staff_away()
    _standing[:] = [pickle.dumps(_write_staff())]


def send_staff_away() -> None:
    """An empty company, for the rest of a test's transaction."""
    for model in (User.roles.through, User, Department):
        rows: Any = model._base_manager.all()
        if model is not User.roles.through:
            search.erase(connection, model, list(rows.values_list("pk", flat=True)))
            Change.objects.filter(entity=model._meta.label_lower)._raw_delete("default")
        rows._raw_delete("default")
    versioned.forget()


def make_staff() -> Staff:
    """The small company; all have the password PASSWORD. It is written where `keep_staff` has not done so."""
    # Fresh objects for everybody, without a question: they are as they were written.
    staff: Staff = pickle.loads(_standing[0]) if _standing else _write_staff()  # noqa: S301
    return staff


def _write_staff() -> Staff:
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


def sign_in(page: Any, to: str = "/today/", name: str = "ann") -> None:
    """Open an address in a page of Playwright where nobody is signed in, and sign in on the way as one of the staff."""
    page.goto(to)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button.btn-primary")
    page.wait_for_url(f"**{to}")
    # Also for the islands, which are fetched when the page is there.
    page.wait_for_load_state("networkidle")


def speak(page: Any, language: str) -> None:
    """Have whoever is signed in read from now on in this language: "en", "zh-hans"."""
    page.evaluate(
        """async (language) => {
          const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1]
            || document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
          await fetch("/account/display", {method: "POST", headers: {"X-CSRFToken": token},
            body: new URLSearchParams({language})});
        }""",
        language,
    )


def eventually(page: Any, true: Callable[[], object]) -> None:
    """Wait, while the page goes on, until something is true of the database, ten seconds at most."""
    for _time in range(100):
        if true():
            return
        page.wait_for_timeout(100)
    assert true()


def settle(page: Any) -> None:
    """Wait until a page has come whole, with the parts that it fetches for itself."""
    page.wait_for_load_state("load")
    page.locator(".htmx-request").first.wait_for(state="detached")
