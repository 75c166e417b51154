"""Giving every main record its tags, star, comments and notices, without a line in its entity."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.events import on
from haike.kernel.log import ACTION_LABELS
from haike.people.account.choices import declare_channel
from haike.people.account.views import TABS
from haike.people.switches import declare_grants
from haike.talk import star
from haike.talk.comment import panel as comments
from haike.talk.head import HEAD
from haike.talk.notice.listen import listen
from haike.talk.notice.send import PAGE
from haike.talk.notice.together import batch_done
from haike.talk.tag import bulk
from haike.talk.tag import look as tags
from haike.talk.where import is_commented, served

__all__ = ["bulk"]

declare_channel(PAGE, _("On the page"))
TABS.insert(-1, ("notices", _("Notices"), "/account/notices"))
declare_grants({"tags": _("Make and change the company's tags")})

on("kernel.batch.done")(batch_done)
ACTION_LABELS.update(
    {
        "tag": _("changed the tags"),
        "comment": _("commented"),
        "comment_changed": _("changed a comment"),
        "comment_deleted": _("deleted a comment"),
    }
)


def serve_all() -> None:
    """Serve every main record of the rooms that are loaded."""
    for entity in served():
        serve(entity)


def serve(entity: Entity) -> None:
    """Serve the records of one entity."""
    entity.declared_looks["tags"] = tags.TagsLook(entity.label)
    entity.panels.append(HEAD)
    if is_commented(entity):
        entity.panels.append(comments.PANEL)
    entity.mark_sources.extend([star.marks, tags.marks])
    # Behind "mine", where that is: what one follows is one's own too.
    tabs = list(entity.categories.items())
    place = 1 if "mine" in entity.categories else 0
    if "categories" not in vars(type(entity)):
        type(entity).categories = {}
    # In place: an entity may work out its tabs from the very same dictionary.
    entity.categories.clear()
    entity.categories.update([*tabs[:place], ("starred", star.starred(entity)), *tabs[place:]])
    listen(entity)
