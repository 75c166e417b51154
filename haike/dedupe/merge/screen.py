"""Two or more records side by side: choose field by field, see what moves, merge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.dedupe.identity import identity_of
from haike.dedupe.likeness import Likeness, compare
from haike.dedupe.merge.act import choosable, demand_mergeable, demand_removable, hanging_on, merge
from haike.digits import whole
from haike.kernel.entity import Entity
from haike.refused import Refused
from haike.screens.door import done, entity_view
from haike.screens.table import cell_of


class MergePage:
    """Everything `dedupe/merge.html` shows."""

    def __init__(self, entity: Entity, records: Sequence[Any], winner: Any, user: Any, data: Any) -> None:
        self.entity, self.records, self.winner, self.user, self.data = entity, list(records), winner, user, data

    @property
    def ids(self) -> str:
        """The keys of all, as addresses carry them."""
        return ",".join(str(each.pk) for each in self.records)

    @property
    def losers(self) -> list[Any]:
        """Those that are merged away."""
        return [each for each in self.records if each.pk != self.winner.pk]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The records over their columns."""
        return [
            {
                "record": each,
                "url": self.entity.url_of(each),
                "main": each.pk == self.winner.pk,
                "main_url": f"{self.entity.url}merge?ids={self.ids}&main={each.pk}",
                "created": cell_of(self.entity, self.user, "created_at", self.entity.looks["created_at"], each),
                "owner": each.owner or _("nobody"),
                "likeness": self._likeness(each),
            }
            for each in self.records
        ]

    def _likeness(self, record: Any) -> Likeness | None:
        identity = identity_of(self.entity)
        if identity is None or record.pk == self.winner.pk:
            return None
        return compare(identity, identity.values_of(self.winner), identity, identity.values_of(record))

    def chosen_key(self, name: str) -> int:
        """Whose value of a field stays: as the user says, else the winner's, else the first that has any."""
        said = whole(self.data.get(f"field-{name}", ""))
        if said in {each.pk for each in self.records}:
            return cast(int, said)
        look = self.entity.looks[name]
        filled = [each for each in [self.winner, *self.losers] if not look.blank(look.get(each))]
        return int((filled or [self.winner])[0].pk)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields in which the records differ."""
        found = []
        for name in choosable(self.entity, self.user):
            look = self.entity.looks[name]
            if (
                look.kind == "picture"
                or len({json.dumps(look.to_json(look.get(each)), default=str) for each in self.records}) < 2
            ):
                continue
            chosen = self.chosen_key(name)
            cells = [
                {"key": each.pk, "html": self._shown(name, each), "chosen": each.pk == chosen} for each in self.records
            ]
            found.append({"name": name, "label": look.label, "cells": cells})
        return found

    def _shown(self, name: str, record: Any) -> SafeString | str:
        look = self.entity.looks[name]
        return look.text(look.get(record)) or "—"

    @property
    def values(self) -> dict[str, Any]:
        """What the winner takes from others."""
        by_key = {each.pk: each for each in self.records}
        found = {}
        for row in self.rows:
            source = by_key[self.chosen_key(row["name"])]
            if source.pk != self.winner.pk:
                look = self.entity.looks[row["name"]]
                value = look.get(source)
                found[row["name"]] = list(value.all()) if look.kind == "references" and hasattr(value, "all") else value
        return found

    @property
    def moving(self) -> list[tuple[Any, int]]:
        """What moves to the winner."""
        return list(hanging_on(self.entity, [each.pk for each in self.losers]))


@entity_view("merge", "edit")
def merge_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Show, then merge. A list sends the chosen keys by POST; the page itself is an address that can be kept."""
    user = cast(Any, request.user)
    if identity_of(entity) is None:
        raise Http404
    data = request.POST if request.method == "POST" else request.GET
    if data.get("everything") == "1":
        raise Refused(_("Choose the records to merge one by one."))
    keys = [key for key in map(whole, data.get("ids", "").split(",")) if key is not None]
    if request.method == "POST" and not data.get("sure"):
        url = f"{entity.url}merge?ids={','.join(map(str, keys))}"
        _read(entity, keys, user)
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"saved": {"go": url}})})
    records = _read(entity, keys, user)
    main = whole(data.get("main", ""))
    winner = next((each for each in records if each.pk == main), min(records, key=lambda each: each.pk))
    page = MergePage(entity, records, winner, user, data)
    demand_removable(entity, page.losers, user)
    fault = ""
    if request.method == "POST":
        try:
            batch = merge(entity, winner, page.losers, by=user, chosen=page.values)
        except Refused as no:
            fault = str(no)
        else:
            message = _("Merged into “%(name)s”.") % {"name": winner}
            url = entity.url_of(winner)
            return done(request, message, url, go=True, undo_url=f"/batches/{batch.pk}/undo")
    return render(request, "dedupe/merge.html", {"merge": page, "fault": fault}, status=422 if fault else 200)


def _read(entity: Entity, keys: list[int], user: Any) -> list[Any]:
    """The records in the order of their keys, or the reason why they cannot be merged."""
    if len(set(keys)) < len(keys):
        raise Refused(_("A record cannot be merged with itself."))
    found = entity.model.objects.visible_to(user).select_related("owner").in_bulk(keys[:100])
    if len(found) < len(keys):
        raise Refused(_("One of these records is not there for you."))
    records = [found[key] for key in keys]
    demand_mergeable(entity, records, user)
    return records


def merge_act(entity: Entity, user: Any, selection: Any) -> list[dict[str, Any]]:
    """What a list offers for chosen rows."""
    if identity_of(entity) is None or not (entity.policy.may(user, "edit") and entity.policy.may(user, "delete")):
        return []
    return [{"url": f"{entity.url}merge", "label": _("Merge"), "icon": "arrows-join", "danger": False}]
