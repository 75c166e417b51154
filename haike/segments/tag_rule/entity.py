"""Tag rules as an entity: who sets them up, and that none leads in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Panel, Section
from haike.kernel.log import Batch
from haike.kernel.look.base import many
from haike.kernel.policy import Actor
from haike.people.policy import GrantedPolicy
from haike.refused import Refused
from haike.segments.conditions import READER, read_conditions, says_me
from haike.segments.sweep import page
from haike.segments.tag_rule.record import TagRule
from haike.segments.tag_rule.work import TAGS, take_all_off
from haike.talk.tag.actions import change_tag, make_tag
from haike.talk.tag.record import Tag

GRANT = "tags"


class TagRulePolicy(GrantedPolicy):
    """Everybody may know by what rule a tag comes; the grant for the company's tags says who sets rules up."""

    grant = GRANT


class TagRuleEntity(Entity):
    model = TagRule
    policy_class = TagRulePolicy
    slug, icon = "tag-rules", "tags"
    titled_by = ["name"]
    columns = ["name", "entity", "conditions", "runs", "changed_at"]
    search = ["name"]
    facts = ["entity", "runs"]
    sections = [Section(_("Tag rule"), ["name", "entity", "conditions", "runs"])]
    hidden = ["owner", "tag_key"]
    panels = [Panel("sweeps", _("Runs"), page.panel, icon="history")]
    in_menu = False
    in_create_menu = False
    once = ["entity"]
    importable = False
    help_page = "segments"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> TagRule:
        """Make a rule, and its tag if there is none."""
        self.policy.demand(by, "create")
        _demand_sense(values, None)
        with transaction.atomic():
            tag = _tag(str(values.get("name") or ""), by)
            _demand_free(tag, values.get("entity"))
            rule: TagRule = change.create(TagRule, by=by, batch=batch, owner=None, tag_key=tag.pk, **values)
        return rule

    def change(
        self, record: TagRule, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> TagRule:
        """Change a rule; another name is another name of its tag, the kind of record stays."""
        if values.get("entity", record.entity) != record.entity:
            raise Refused(fields={"entity": _("This stays as the rule was made. Make another rule instead.")})
        _demand_sense(values, record)
        with transaction.atomic():
            rule: TagRule = change.change(record, by=by, version=version, batch=batch, **values)
            tag = Tag.objects.filter(pk=rule.tag_key).first()
            if tag is not None and tag.name != rule.name:
                change_tag(tag, name=rule.name, colour=tag.colour, by=by)
        return rule

    def remove(self, record: TagRule, *, by: Actor) -> TagRule:
        """Move a rule to the recycle bin; what it has tagged loses the tag, what people have tagged keeps it."""
        with transaction.atomic():
            rule: TagRule = change.remove(record, by=by)
            take_all_off(rule, by=by)
        return rule

    def restore(self, record: TagRule, *, by: Actor) -> TagRule:
        """Take a rule out of the recycle bin, unless another one has its tag by now; it tags when it runs."""
        tag = Tag.objects.filter(pk=record.tag_key).first()
        if tag is None:
            raise Refused(_("The tag of this rule is gone. Make another rule instead."))
        _demand_free(tag, record.entity)
        rule: TagRule = change.restore(record, by=by)
        return rule

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None or not self.policy.may(user, "edit"):
            return []
        base = self.url_of(record)
        return [
            Button(_("Conditions"), f"{base}conditions", "filter"),
            Button(_("Try and run"), f"{base}sweep", "player-play"),
        ]


def _tag(name: str, by: Actor) -> Tag:
    found = Tag.objects.filter(name=name.strip(), owner=None).first()
    return found or make_tag(name, colour="blue", shared=True, by=by)


def _demand_free(tag: Tag, entity: Any) -> None:
    if TagRule.objects.live().filter(entity=entity, tag_key=tag.pk).exists():
        raise Refused(fields={"name": _("There is a rule for this tag already. Add a group of conditions to it.")})


def _demand_sense(values: Mapping[str, Any], record: TagRule | None) -> None:
    """Refuse conditions that depend on who looks or on the very tag, and a rule that runs without any."""
    conditions = values.get("conditions", record.conditions if record else None)
    if values.get("runs", record.runs if record else False) and not conditions:
        raise Refused(fields={"runs": _("Set the conditions first.")})
    if not conditions:
        return
    __, group = read_conditions(conditions, READER)
    if says_me(group):
        raise Refused(_("A rule runs for everybody: it cannot depend on “me”."))
    own = str(record.tag_key) if record is not None else None
    if any(line.look.name == TAGS and (own in many(line.value) or not line.value) for line in group.lines()):
        raise Refused(_("A rule cannot depend on its own tag."))
