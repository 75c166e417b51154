"""Projects for tests."""

from __future__ import annotations

from typing import Any

from haike.kernel.entity import entity_of
from haike.project.party.record import Party
from haike.project.project.record import Project


def make_project(by: Any, name: str = "松山湖研发中心空调工程", **values: Any) -> Project:
    """A project that belongs to the one who makes it, at its beginning."""
    made: Project = entity_of(Project).create(by=by, name=name, **values)
    return made


def make_party(by: Any, project: Project, customer: Any, kind: str = "owner", **values: Any) -> Party:
    """A customer takes part in a project."""
    made: Party = entity_of(Party).create(by=by, project=project, customer=customer, kind=kind, **values)
    return made
