"""Exports that need a yes: those who decide hear of a request, the exporter of the decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from haike.exchange.approval import GRANT, ExportRequest
from haike.kernel.entity import entity_named
from haike.kernel.events import on
from haike.kernel.policy import Actor
from haike.people.account.choices import hears
from haike.people.grants import grants_of
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

ENTITY = "exchange.export"
PLACE = "/exports/%(record)s/"
ASKED = declare_kind(
    Kind(
        "export_asked",
        _("An export waits for my yes"),
        _("An export waits for approval"),
        icon="file-export",
        place=PLACE,
        thing=_("Export"),
    )
)
DECIDED = declare_kind(
    Kind(
        "export_decided",
        _("My export is agreed to or refused"),
        _("Your export is decided"),
        icon="file-export",
        place=PLACE,
        thing=_("Export"),
    )
)


@on("exchange.export.asked")
def asked(request: ExportRequest) -> None:
    """All who may decide hear of it."""
    export = request.export
    entity = entity_named(export.entity)

    def words() -> str:
        kind = str(entity.label_plural) if entity is not None else export.entity
        return _("%(who)s, %(kind)s, %(count)s rows") % {"who": export.by.name, "kind": kind, "count": request.found}

    deciders = [user for pk, user in active_users().items() if pk != export.by_id and grants_of(pk).may_do(GRANT)]
    _tell(ASKED, deciders, request, words)


@on("exchange.export.decided")
def decided(request: ExportRequest, by: Actor) -> None:
    """The exporter hears of it, with the reason."""

    def words() -> str:
        state = str(ExportRequest.State(request.state).label)
        return f"{state} · {request.reason}" if request.reason else state

    exporter = active_users().get(request.export.by_id)
    if exporter is not None and exporter.pk != by.pk:
        _tell(DECIDED, [exporter], request, words, by=by)


def _tell(kind: Kind, users: Iterable[Any], request: ExportRequest, words: Any, by: Actor | None = None) -> None:
    told = []
    for user in users:
        if hears(user, kind.key):
            with translation.override(user.language):
                told.append(Telling(user.pk, request.pk, {"title": request.export.number, "text": str(words())}))
    tell(kind, ENTITY, told, by=by)
