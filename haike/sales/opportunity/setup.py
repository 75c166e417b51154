"""Pipelines and stages as entities: everybody reads them, a grant says who sets them up."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.kernel import change
from haike.kernel.entity import Button, Category, Entity, Related, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.people.policy import GrantedPolicy
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.opportunity.record import Opportunity
from haike.sales.opportunity.stage import Pipeline, Stage

GRANT = "pipelines"
declare_grants({GRANT: _("Set up pipelines and their stages")})


class SetUpPolicy(GrantedPolicy):
    """Everybody knows the pipelines and their stages; a grant says who sets them up."""

    grant = GRANT


class PipelineEntity(Entity):
    """The ways to sell."""

    model, policy_class = Pipeline, SetUpPolicy
    slug, icon = "pipelines", "git-branch"
    titled_by = ["name", "name_en"]
    columns = ["position", "name", "name_en", "active", "remark"]
    sort = "position"
    search = ["name", "name_en"]
    categories = {"active": Category(_("In use"), Q(active=True)), "off": Category(_("Not in use"), Q(active=False))}
    sections = [Section(_("Pipeline"), ["name", "name_en", "position", "active", "remark"])]
    tabs = [
        Related(
            "sales.stage", "pipeline", label=_("Stages"),
            columns=["position", "name", "probability", "days", "asked", "guidance"],
        )
    ]  # fmt: skip
    facts = ["position", "active"]
    hidden = ["owner"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "opportunities"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Pipeline:
        """Add a pipeline; it is offered once it has a stage."""
        made: Pipeline = change.create(Pipeline, by=by, batch=batch, owner=None, **values)
        return made

    def remove(self, record: Pipeline, *, by: Actor) -> Pipeline:
        """Move a pipeline in which nothing lies to the recycle bin."""
        if Opportunity.objects.live().filter(pipeline=record).exists():
            raise Refused(_("Opportunities lie in this pipeline. Move them to another one, or take it out of use."))
        removed: Pipeline = change.remove(record, by=by)
        return removed

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None:
            return []
        found = [Button(_("Open the board"), f"/opportunities/board?group={record.pk}", "layout-kanban")]
        if self.policy.may(user, "create"):
            url = f"/stages/new?pipeline={record.pk}"
            found.insert(0, Button(_("New stage"), url, "plus", "drawer", primary=True))
        return found


class StageEntity(Entity):
    """The steps of the pipelines."""

    model, policy_class = Stage, SetUpPolicy
    slug, icon = "stages", "steps"
    titled_by = ["name", "name_en"]
    columns = ["name", "pipeline", "position", "probability", "days", "asked", "guidance"]
    sort = "position"
    search = ["name", "name_en"]
    facts = ["pipeline", "position", "probability", "days"]
    sections = [
        Section(
            pgettext_lazy("opportunity", "Stage"),
            [
                "pipeline",
                "name",
                "name_en",
                "position",
                "probability",
                "days",
                "asked",
            ],
        ),
        Section(_("How to go about it"), ["tasks", "tasks_first", "guidance", "materials"]),
    ]
    hidden = ["owner"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "opportunities"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Stage:
        """Add a stage, without a place as the last one."""
        if not values.get("position") and values.get("pipeline") is not None:
            rows: Any = Stage.objects.live().filter(pipeline=values["pipeline"])
            values["position"] = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
        made: Stage = change.create(Stage, by=by, batch=batch, owner=None, **values)
        return made

    def change(
        self, record: Stage, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Stage:
        """Change a stage; it stays in its pipeline while opportunities are in it."""
        pipeline = values.get("pipeline")
        if pipeline is not None and pipeline.pk != record.pipeline_id and _used(record):
            raise Refused(fields={"pipeline": _("Opportunities are in this stage, so it stays in its pipeline.")})
        after: Stage = change.change(record, by=by, version=version, batch=batch, **values)
        return after

    def remove(self, record: Stage, *, by: Actor) -> Stage:
        """Move a stage in which nothing is to the recycle bin."""
        if _used(record):
            raise Refused(_("Opportunities are in this stage. Move them to another one first."))
        removed: Stage = change.remove(record, by=by)
        return removed


def _used(stage: Stage) -> bool:
    return bool(Opportunity.objects.live().filter(stage=stage).exists())
