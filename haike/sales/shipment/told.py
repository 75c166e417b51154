"""Receipts: whose order it is hears when a shipment of it was signed for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity
from haike.kernel.events import on
from haike.kernel.policy import Actor
from haike.sales.shipment.record import SIGNED_FOR, Shipment
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import notify


def _say(entity: Entity, reader: Actor, facts: Mapping[str, Any]) -> str:
    may_read = entity.right(reader, "signed_for_by") in ("read", "edit")
    if facts.get("who") and may_read:
        return str(_("The goods of order %(order)s were signed for by %(who)s on %(day)s")) % facts
    return str(_("The goods of order %(order)s were signed for on %(day)s")) % facts


RECEIPT = declare_kind(Kind("receipt_signed", _("Shipments signed for"), _say, icon="signature"))


@on("sales.shipment.changed")
def changed(record: Shipment, by: Actor, diff: Mapping[str, Any], **_facts: Any) -> None:
    """Tell it once for each day on which it was signed for: who took that back and says it again says nothing new."""
    if "state" not in diff or record.state != SIGNED_FOR or record.order.owner_id is None:
        return
    day = record.signed_for_on.isoformat() if record.signed_for_on else ""
    facts = {"order": record.order.number, "who": record.signed_for_by, "day": day}
    notify([record.order.owner_id], RECEIPT, record, by=by, facts=facts, key=f"receipt:{record.pk}:{day}")
