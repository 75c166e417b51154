"""A solution begins with a template, and a good one becomes a template; attachments go along."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from haike.files.attachment.actions import attach, attach_link
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.sales.solution.panel import attachments_of
from haike.sales.solution.record import Solution, SolutionTemplate


def begin_with(template: SolutionTemplate, opportunity: Any, *, by: Actor) -> Solution:
    """Make a solution for an opportunity out of a template."""
    with transaction.atomic():
        made: Solution = entity_of(Solution).create(
            by=by, opportunity=opportunity, title=template.title, text=template.text
        )
        _carry(template, made, by)
    return made


def keep_as_template(solution: Solution, *, by: Actor) -> SolutionTemplate:
    """Make a template of the writer's own out of a solution."""
    with transaction.atomic():
        made: SolutionTemplate = entity_of(SolutionTemplate).create(by=by, title=solution.title, text=solution.text)
        _carry(solution, made, by)
    return made


def _carry(source: Any, target: Any, by: Actor) -> None:
    for each in attachments_of(source).select_related("blob"):
        if each.blob is not None:
            attach(target, each.blob, each.name, by=by)
        else:
            attach_link(target, each.url, each.name, by=by)
