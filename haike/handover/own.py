"""What the rooms above hold of a person."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.api.token import ApiToken
from haike.api.webhook.record import Webhook, webhooks_changed
from haike.exchange.approval import ExportRequest
from haike.find.share import Share
from haike.handover.holding import END, STAY, hold
from haike.handover.rows import LinksHeld, RowsHeld, SharesHeld
from haike.insight.models import SavedPivot
from haike.kernel.preference import SavedView
from haike.kernel.versioned import bump
from haike.people.invitation.record import Invitation
from haike.talk.models import Tag
from haike.talk.star import Star

hold(SharesHeld())
hold(
    RowsHeld(
        "kernel.share.by",
        _("Shares made by him"),
        Share,
        "by",
        icon="users",
        group=_("Records"),
        leaving=STAY,
    )
)
hold(
    RowsHeld(
        "talk.star", _("Records he follows"), Star, "user", icon="star", personal=True, leaving=STAY,
        told=partial(bump, "stars"),
    )
)  # fmt: skip
hold(LinksHeld("people.user", "manager", _("Staff who report to him"), icon="hierarchy"))
hold(LinksHeld("people.department", "manager", _("Departments he heads"), icon="building", ends=True))
hold(LinksHeld("pools.pool", "managers", _("Pools he manages"), icon="ripple", ends=True))
hold(LinksHeld("pools.pool", "members", _("Pools of which he is a member"), icon="ripple", ends=True))
hold(LinksHeld("handover.keeperrule", "people", _("Rules that name him as a keeper"), icon="transfer", ends=True))
hold(RowsHeld("people.invitation", _("Invitations to report to him"), Invitation, "manager", icon="mail"))
hold(
    RowsHeld(
        "kernel.savedview",
        _("Saved views"),
        SavedView,
        "owner",
        icon="eye",
        personal=True,
        told=partial(bump, "lists"),
    )
)
hold(RowsHeld("insight.savedpivot", _("Saved pivots"), SavedPivot, "owner", icon="table", personal=True))
hold(
    RowsHeld(
        "talk.tag", _("Own tags"), Tag, "owner", icon="tag", personal=True, leaving=STAY, told=partial(bump, "tags")
    )
)


def _ended_token() -> dict[str, Any]:
    return {"expires_at": timezone.now()}


hold(
    RowsHeld(
        "api.token",
        _("API tokens"),
        ApiToken,
        "user",
        icon="key",
        where=lambda: Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        passes=False,
        ends=_ended_token,
        personal=True,
        leaving=END,
    )
)
hold(
    RowsHeld(
        "api.webhook",
        _("Webhooks that act as him"),
        Webhook,
        "owner",
        icon="webhook",
        where=lambda: Q(active=True),
        ends=lambda: {"active": False, "stopped": Webhook.Stopped.BY_HAND.value},
        grant="settings",
        leaving=END,
        told=webhooks_changed,
    )
)
hold(
    RowsHeld(
        "exchange.request",
        _("His exports that wait for a yes"),
        ExportRequest,
        "export__by",
        icon="file-export",
        where=lambda: Q(state=ExportRequest.State.WAITING),
        passes=False,
        ends=lambda: {
            "state": ExportRequest.State.REFUSED.value,
            "decided_at": timezone.now(),
            "reason": str(_("Handed over.")),
        },
        leaving=END,
    )
)
