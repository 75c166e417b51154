"""Attachments on the page of a record, and the paper-clip in lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.files import rules
from haike.files.attachment.queries import TAB, counts, of_record
from haike.files.attachment.record import Attachment
from haike.files.links import link
from haike.files.preview.picture import can_draw
from haike.find.prepared import Counted, Tally
from haike.kernel.entity import Entity, Panel, entity_of
from haike.kernel.icon import icon
from haike.kernel.policy import Actor
from haike.screens.tabs import shows_tab

AT_ONCE = 200


@dataclass(frozen=True)
class Item:
    """One attachment as lists show it."""

    attachment: Attachment
    may_edit: bool
    may_purge: bool = False
    record: Any = None
    entity: Entity | None = None

    @property
    def thumb(self) -> str:
        """The address of a small picture, "" where there is none."""
        blob = self.attachment.blob
        return link(self.attachment.pk, "96") if blob is not None and can_draw(blob) else ""

    @property
    def size(self) -> str:
        """Such as 2.1 MB."""
        return filesizeformat(self.attachment.size) if self.attachment.blob_id else ""

    @property
    def record_url(self) -> str:
        """The record's page with its attachments open."""
        return f"{self.entity.url_of(self.record)}?tab=attachments" if self.entity and self.record else ""


def item_html(request: HttpRequest, attachment: Attachment, *, may_edit: bool) -> str:
    """One line of the list."""
    return render_to_string("files/item.html", {"item": Item(attachment, may_edit)}, request=request)


def render_panel(request: HttpRequest, record: Any) -> str:
    """The tab: where files go, those that are there, and the bin."""
    user, entity = cast(Any, request.user), entity_of(record)
    may_edit = record.deleted_at is None and entity.policy.allows(user, "edit", record)
    may_purge = may_edit and entity.policy.allows(user, "purge", record)
    rows = list(of_record(entity, record.pk).select_related("blob", "by", "deleted_by")[: AT_ONCE * 2])
    base = entity.url_of(record)
    context = {
        "record": record,
        "items": [Item(each, may_edit) for each in rows if each.deleted_at is None],
        "bin": [Item(each, may_edit, may_purge) for each in rows if each.deleted_at is not None] if may_edit else [],
        "may_edit": may_edit,
        "upload_url": f"{base}attachments",
        "link_url": f"{base}attachments/link",
        "most": rules.largest(),
        "most_text": filesizeformat(rules.largest()),
    }
    return render_to_string("files/panel.html", context, request=request)


def count(user: Actor, record: Any) -> Tally:
    """The number beside the name of the tab."""
    label = entity_of(record).label
    rows = partial(Attachment.objects.filter, entity=label, deleted_at=None)
    return Tally((Counted(("attached", label), rows, "record_id"),), record.pk)


PANEL = Panel(TAB, _("Attachments"), render_panel, "last", count, icon="paperclip")


def clips(entity: Entity, user: Actor, records: Sequence[Any]) -> Mapping[int, str]:
    """The paper-clip with its count, for the rows of a list."""
    found = counts(entity, [record.pk for record in records]) if shows_tab(user, entity, TAB) else {}
    words = _("Attachments")
    return {
        pk: format_html('<span class="clip" title="{} {}">{}{}</span>', words, number, icon("paperclip"), number)
        for pk, number in found.items()
    }
