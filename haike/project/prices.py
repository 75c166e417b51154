"""Which documents belong to projects like those of a customer: their prices stand beside a line that is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from haike.catalog.lines.history import ALIKE
from haike.kernel.entity import entity_of
from haike.project.link.record import KINDS, Link
from haike.project.party.record import Party
from haike.project.project.record import Project
from haike.screens.module import is_off

DOCUMENTS = ("quote", "order")
MOST = 500
"""So many of the newest projects of the same kind are looked at."""


def similar(user: Any, customer: Any) -> Mapping[str, Q]:
    """Documents of projects that the user sees, of the kinds of those in which the customer takes part."""
    if is_off(Project._meta.label_lower) or not entity_of(Project).policy.may(user, "view"):
        return {}
    seen: Any = Project.objects.visible_to(user)
    mine = Party.objects.live().filter(customer=customer.pk).values("project")
    kinds = list(
        seen.filter(pk__in=mine).exclude(kind__isnull=True).order_by().values_list("kind", flat=True).distinct()
    )
    if not kinds:
        return {}
    projects = list(seen.filter(kind__in=kinds).order_by("-pk").values_list("pk", flat=True)[:MOST])
    links: Any = Link.objects.filter(project__in=projects)
    return {KINDS[name]: Q(pk__in=links.filter(**{f"{name}__isnull": False}).values(name)) for name in DOCUMENTS}


def add() -> None:
    """Let the editor of lines ask."""
    ALIKE.append(similar)
