"""One page of all attachments that somebody sees: searched, filtered, ordered, with the space they use."""

from __future__ import annotations

import shutil
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.files.attachment.queries import Rows, titles, visible_to
from haike.files.attachment.record import Attachment
from haike.files.attachment.screen import Item
from haike.files.blob import Blob
from haike.files.kinds import FAMILIES
from haike.kernel.entity import entities, entity_named

PAGE = 50
CAP = 10_001
ORDERS = {"": ("-at", "-id"), "size": ("-size", "-id"), "name": ("name", "id")}
ORDER_WORDS = {"": _("Newest first"), "size": _("Largest first"), "name": _("By name")}
STATE = ("q", "entity", "family", "by", "sort")


class AttachmentsPage:
    """Everything `files/all.html` shows."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = cast(Any, request.user)
        self.asked = {name: request.GET[name].strip() for name in STATE if request.GET.get(name, "").strip()}
        self.number = min(max(whole(request.GET.get("page")) or 1, 1), 10_000)
        self.orders = ORDER_WORDS.items()
        self.families = {key: each.label for key, each in FAMILIES.items() if key != "program"}.items()
        self.entities = [(each.label, each.label_plural) for each in entities() if each.policy.may(self.user, "view")]

    @property
    def rows(self) -> Rows:
        """What is found, in order."""
        rows = visible_to(self.user)
        for word in self.asked.get("q", "").replace("\0", "").split()[:5]:
            rows = rows.filter(Q(name__icontains=word) | Q(url__icontains=word))
        if "entity" in self.asked:
            rows = rows.filter(entity=self.asked["entity"])
        if "family" in self.asked:
            rows = rows.filter(family=self.asked["family"])
        if (by := self.asked.get("by", "")) and whole(by) is not None:
            rows = rows.filter(by_id=whole(by))
        return rows.order_by(*ORDERS.get(self.asked.get("sort", ""), ORDERS[""]))

    @property
    def items(self) -> list[Item]:
        """One page of it, with the records."""
        first = (self.number - 1) * PAGE
        found = list(self.rows.select_related("blob", "by")[first : first + PAGE + 1])
        self.more = len(found) > PAGE
        records = titles(found[:PAGE])
        return [
            Item(each, False, record=records[each.entity, each.record_id], entity=entity_named(each.entity))
            for each in found[:PAGE]
        ]

    def _url(self, page: int) -> str:
        return f"/attachments/?{urlencode({**self.asked, 'page': page})}"

    @property
    def prev_url(self) -> str:
        """The page before."""
        return self._url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        """The page after; asked for after the items."""
        return self._url(self.number + 1) if self.more else ""

    @property
    def space_url(self) -> str:
        """Count and space come after the rows."""
        return f"/attachments/space?{urlencode(self.asked)}"

    @property
    def person(self) -> Any:
        """Who was chosen, to be shown in the picker."""
        by = whole(self.asked.get("by"))
        users = entity_named("users")
        return users.model.objects.filter(pk=by).first() if users is not None and by is not None else None


def page_view(request: HttpRequest) -> HttpResponse:
    """All attachments, or only their table for htmx."""
    page = AttachmentsPage(request)
    items = page.items
    template = "files/all.html#table" if getattr(request, "htmx", False) else "files/all.html"
    return render(request, template, {"page": page, "items": items})


def space_view(request: HttpRequest) -> HttpResponse:
    """How many are found and how much they weigh; administrators also see what the company uses."""
    page = AttachmentsPage(request)
    found = list(page.rows.order_by().values_list("size", flat=True)[:CAP])
    context: dict[str, Any] = {"number": len(found), "capped": len(found) == CAP, "size": sum(found)}
    if page.user.grants.may_do("settings"):
        context["stored"] = Blob.objects.aggregate(sum=Sum("size"))["sum"] or 0
        context["binned"] = Attachment.objects.filter(deleted_at__isnull=False).aggregate(sum=Sum("size"))["sum"] or 0
        context["free"] = shutil.disk_usage(settings.HAIKE_DATA).free if not settings.HAIKE_HOSTED else None
    return render(request, "files/space.html", {"space": context})
