"""The tree of departments: as a page to arrange it, and as a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from haike.people.department.record import Department
from haike.people.looks import model_looks
from haike.people.pages import ask
from haike.people.typed import AllTyped
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.door import done, refused_page
from haike.screens.form import Typed


@dataclass
class Node:
    """A department with what stands below it."""

    department: Department
    members: list[User] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    people: int = 0

    @property
    def label(self) -> str:
        return self.department.name


@dataclass(frozen=True)
class TreePage:
    """Everything `people/departments.html` and `people/chart.html` show."""

    roots: list[Node]
    nowhere: list[User]
    may_edit: bool
    may_create: bool
    may_invite: bool
    count: int


def read_tree(user: Any) -> TreePage:
    """The whole tree with the people in it."""
    departments = list(Department.objects.live().select_related("manager"))
    nodes = {department.pk: Node(department) for department in departments}
    nowhere = []
    for person in User.objects.live().filter(is_active=True).order_by("name_pinyin"):
        if person.department_id in nodes:
            nodes[person.department_id].members.append(person)
        else:
            nowhere.append(person)
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.department.parent_id) if node.department.parent_id else None
        (above.below if above else roots).append(node)
    for node in sorted(nodes.values(), key=lambda each: -each.department.depth):
        node.people = len(node.members) + sum(below.people for below in node.below)
    policy = Department._haike_entity.policy  # type: ignore[attr-defined]
    return TreePage(
        roots=roots,
        nowhere=nowhere,
        may_edit=policy.may(user, "edit"),
        may_create=policy.may(user, "create"),
        may_invite=user.grants.may_do("people"),
        count=sum(node.people for node in roots) + len(nowhere),
    )


def tree_view(request: HttpRequest, entity: Any) -> HttpResponse:
    """The tree as a page; stands in the place of the kernel's list."""
    template = "people/departments.html#tree" if getattr(request, "htmx", False) else "people/departments.html"
    return render(request, template, {"tree": read_tree(request.user), "entity": entity})


def chart_view(request: HttpRequest) -> HttpResponse:
    """The picture of the tree."""
    return render(request, "people/chart.html", {"tree": read_tree(request.user)})


def move_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a department with everything below it under another one; by a drag or by this form."""
    entity: Any = Department._haike_entity  # type: ignore[attr-defined]
    user = cast(Any, request.user)
    department = get_object_or_404(Department.objects.visible_to(user), pk=pk)
    if not entity.policy.allows(user, "edit", department):
        raise Http404
    look = model_looks(Department, "parent")["parent"]
    look.label, look.help = _("Put it under"), _("Leave it empty to put it at the top.")

    def act(typed: Typed) -> HttpResponse:
        entity.change(department, by=user, parent=typed.values.get("parent"))
        return done(request, _("“%(name)s” and everything below it has moved.") % {"name": department}, "/departments/")

    if request.method == "POST" and request.headers.get("X-Drag"):
        # A drag has no form beside whose field a sentence could stand.
        typed = AllTyped({"parent": look}, user)
        typed.read(request.POST)
        if not typed.parse():
            raise Http404
        try:
            return act(typed)
        except Refused as no:
            return refused_page(request, no)
    title = _("Move: %(name)s") % {"name": department}
    start = {"parent": department.parent}
    return ask(request, {"parent": look}, act, title=title, back_url="/departments/", button=_("Move"), start=start)
