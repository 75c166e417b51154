"""The answer to "who can see this record and why", as a drawer and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import Button, Entity, Label
from haike.people.access.reasons import Access, Reason, RecordAccess, may_ask
from haike.people.grants import Organisation, organisation
from haike.people.role.record import Role
from haike.screens.door import entity_view, find_record
from haike.screens.record import BUTTONS

SIZE = 50
LEVELS: dict[str, Label] = {"write": _("may change it"), "read": _("may only read it")}


def access_button(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The way to the answer, on every record."""
    if record.deleted_at is None and may_ask(user, entity, record):
        yield Button(_("Who can see this?"), f"{entity.url_of(record)}access", "eye-question", "drawer")


BUTTONS.append(access_button)


@dataclass(frozen=True)
class Line:
    """One user as shown."""

    user: Any
    department: str
    roles: str
    writes: bool
    reasons: list[dict[str, Any]]


class Filter:
    """What the list is narrowed to: words of a name, a department with those below, a role, a level."""

    def __init__(self, query: Mapping[str, str], house: Organisation) -> None:
        self.house = house
        self.q = query.get("q", "").strip()
        self.department = whole(query.get("department"))
        self.role = whole(query.get("role"))
        self.level = query.get("level", "") if query.get("level") in LEVELS else ""
        inside = house.subtree([self.department]) if self.department is not None else set()
        self._members = house.inside(inside)

    @property
    def query(self) -> dict[str, Any]:
        """The same as an address says it."""
        found = {"q": self.q, "department": self.department, "role": self.role, "level": self.level}
        return {name: value for name, value in found.items() if value not in ("", None)}

    def takes(self, user: Any) -> bool:
        """Whether a user fits, whatever he may do."""
        if self.department is not None and user.pk not in self._members:
            return False
        if self.role is not None and self.role not in self.house.roles_of.get(user.pk, ()):
            return False
        word = self.q.lower()
        return not word or word in user.name.lower() or word in user.username or word in user.name_pinyin.lower()

    def departments(self) -> list[tuple[int, str]]:
        """What to choose from, indented as the tree is."""
        tree = sorted(
            (each for each in self.house.departments.values() if each.deleted_at is None), key=lambda each: each.path
        )
        return [(each.pk, "　" * (each.path.count("/") - 2) + each.name) for each in tree]


def role_names() -> dict[int, str]:
    """The names of all roles in the reader's language."""
    return {role.pk: str(role) for role in Role.objects.live()}


def department_name(house: Organisation, user: Any) -> str:
    """Where a user sits."""
    department = house.departments.get(user.department_id or 0)
    return department.name if department is not None else ""


def reason_words(reason: Reason, roles: Mapping[int, str]) -> dict[str, Any]:
    """A reason with the names of the roles that give it."""
    names = [roles[role] for role in reason.roles if role in roles]
    label, detail = reason.label, reason.detail
    if reason.kind == "other" and detail:
        # The room that knows the rule has said it in full.
        label, detail = detail, ""
    return {"kind": reason.kind, "label": label, "roles": names, "detail": detail}


def lines_of(found: Iterable[Access], roles: Mapping[int, str], house: Organisation) -> list[Line]:
    """Users as shown."""
    return [
        Line(
            each.user,
            department_name(house, each.user),
            _(", ").join(roles[role] for role in house.roles_of.get(each.user.pk, ()) if role in roles),
            each.writes,
            [reason_words(reason, roles) for reason in each.reasons],
        )
        for each in found
    ]


@entity_view("access")
def access_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """All who see a record, why, and whether they may change it."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    if not may_ask(user, entity, record):
        raise Http404
    house, roles = organisation(), role_names()
    chosen = Filter(request.GET, house)
    everybody = RecordAccess(entity, record).everybody()
    kept = [each for each in everybody if chosen.takes(each.user)]
    if chosen.level:
        kept = [each for each in kept if each.writes == (chosen.level == "write")]
    start = max(whole(request.GET.get("start")) or 0, 0)
    here = f"{entity.url_of(record)}access"

    def page(at: int) -> str:
        return f"{here}?{urlencode({**chosen.query, **({'start': at} if at else {})})}"

    context = {
        "record": record,
        "record_url": entity.url_of(record),
        "url": here,
        "parent": getattr(record, entity.policy.through) if entity.parent else None,
        "parent_name": entity.parent.name if entity.parent else "",
        "entity_name": entity.name,
        "total": len(everybody),
        "writers": sum(each.writes for each in everybody),
        "found": len(kept),
        "lines": lines_of(kept[start : start + SIZE], roles, house),
        "filter": chosen,
        "departments": chosen.departments(),
        "roles": sorted(roles.items()),
        "levels": LEVELS.items(),
        "first": start + 1,
        "last": min(start + SIZE, len(kept)),
        "prev_url": page(max(start - SIZE, 0)) if start else "",
        "next_url": page(start + SIZE) if start + SIZE < len(kept) else "",
        "may_look_up": user.grants.may_do("roles"),
    }
    if not getattr(request, "htmx", False):
        return render(request, "people/access.html", context)
    in_drawer = str(request.htmx.target).endswith("drawer-body")  # type: ignore[attr-defined]
    return render(request, "people/access.html#drawer" if in_drawer else "people/access.html#list", context)
