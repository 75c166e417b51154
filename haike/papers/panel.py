"""What was sent of a record, as a tab of its page."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import Counted, Tally
from haike.kernel.entity import Panel, entity_of
from haike.papers.paper import may_take_out
from haike.papers.record import PaperLink
from haike.papers.told import TAB
from haike.people.grants import organisation

MOST = 50


def count(user: Any, record: Any) -> Tally:
    """How many papers of a record were sent."""
    label = entity_of(record).label
    rows = partial(PaperLink.objects.filter, entity=label)
    return Tally((Counted(("papers", label), rows, "record_id"),), record.pk)


def panel_html(request: HttpRequest, record: Any) -> SafeString:
    """When, by whom, to whom, how often opened; only those papers that the reader could send himself."""
    user, label = cast(Any, request.user), entity_of(record).label
    rows = (
        PaperLink.objects.filter(entity=label, record_id=record.pk)
        .select_related("mail")
        .defer("html", "sealed", "code", "mail__text")
    )
    people = organisation().users
    lines = [
        {
            "link": link,
            "by": people.get(link.by_id),
            "state": link.state(),
            "code": bool(link.code),
            "mail": getattr(link, "mail", None),
        }
        for link in rows.order_by("-id")[:MOST]
        if may_take_out(link.kind, user, record)
    ]
    return render_to_string("papers/panel.html", {"lines": lines}, request=request)


PANEL = Panel(TAB, _("Sent papers"), panel_html, place="last", count=count, icon="mail-forward")
