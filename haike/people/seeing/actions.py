"""Beginning and ending to see as somebody; both stand in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import write_log
from haike.kernel.log import ACTION_LABELS
from haike.people.authority import outranks
from haike.people.grants import organisation
from haike.people.switches import declare_grants
from haike.people.user.record import User
from haike.refused import Refused

KEY = "seeing_as"
MINUTES = 60
"""So long at most; then one is oneself again."""

declare_grants({"see_as": _("See pages as a colleague sees them, reading only (logged)")})
ACTION_LABELS.update(
    {
        "see_as": _("began to see as this person"),
        "see_as_end": _("ended seeing as this person"),
    }
)


def may_see_as(me: Any, user: Any) -> bool:
    """Whether one may see as this user: by the grant, and only as somebody whose rights one has all oneself."""
    alive = user.is_active and user.deleted_at is None
    return bool(alive and user.pk != me.pk and me.grants.may_do("see_as") and outranks(me, user))


def begin(request: HttpRequest, user: User, *, by: Any) -> None:
    """See as this user from the next page on."""
    if not may_see_as(by, user):
        raise Refused(_("You may not see as %(name)s.") % {"name": user})
    request.session[KEY] = {"user": user.pk, "since": int(timezone.now().timestamp())}
    write_log(user, "see_as", by=by, diff={})


def end(request: HttpRequest, *, by: Any) -> User | None:
    """Be oneself again; returns as whom one saw."""
    kept = request.session.pop(KEY, None)
    user: User | None = User._base_manager.filter(pk=kept["user"]).first() if kept else None
    if user is not None:
        minutes = max(int(timezone.now().timestamp() - kept["since"]) // 60, 0)
        write_log(user, "see_as_end", by=by, diff={str(_("Minutes")): [None, minutes]})
    return user


def is_seeing(request: HttpRequest) -> bool:
    """Whether this browser sees as somebody else."""
    return KEY in request.session


def seen_user(request: HttpRequest, *, by: Any) -> Any:
    """As whom the browser sees now; None, and an end, when the time is over or the right is gone."""
    kept = request.session.get(KEY)
    if kept is None:
        return None
    user = organisation().users.get(kept["user"])
    late = timezone.now().timestamp() - kept["since"] > MINUTES * 60
    if user is None or late or not may_see_as(by, user):
        end(request, by=by)
        return None
    return user
