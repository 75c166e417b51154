"""Joining the company: by a link from a superior, or by asking and being approved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.policy import Actor, System
from haike.kernel.record import writer
from haike.people.authority import demand_covers
from haike.people.department.record import Department
from haike.people.grants import organisation_changed
from haike.people.invitation.record import Invitation
from haike.people.role.record import Role
from haike.people.signin.options import REGISTRATION
from haike.people.user.actions import check_password, store_password
from haike.people.user.entity import demand_own_group
from haike.people.user.record import User
from haike.refused import Refused

SALT = "haike.people.invitation"
DOORMAN = System("joining")
MOST_WAITING = 100
MOST_DAYS = 90


def invite(
    *,
    department: Department | None,
    roles: Iterable[Role],
    manager: User | None,
    days: int,
    uses: int,
    note: str,
    by: Any,
) -> Invitation:
    """Make a link by which staff join with this department and these roles, none wider than one's own."""
    roles = list(roles)
    if not by.grants.may_do("people"):
        raise Refused(_("You may not invite staff."))
    demand_covers(by, roles)
    demand_own_group(by, "create", department, (), manager)
    if not 1 <= days <= MOST_DAYS:
        raise Refused(fields={"days": _("From 1 to %(most)s days.") % {"most": MOST_DAYS}})
    if not 1 <= uses <= 1000:
        raise Refused(fields={"uses": _("From 1 to 1000 people.")})
    now = timezone.now()
    with transaction.atomic():
        invitation = Invitation.objects.create(
            department=department,
            manager=manager,
            note=note,
            at=now,
            by=by,
            expires_at=now + timedelta(days=days),
            uses=uses,
        )
        invitation.roles.set(roles)
    return invitation


def link_of(invitation: Invitation, site: str) -> str:
    """The address to send; the signature keeps others from guessing the next one."""
    return f"{site}join/{signing.dumps(invitation.pk, salt=SALT)}"


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, as long as it is good."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=timedelta(days=MOST_DAYS))
    except signing.BadSignature:
        return None
    return Invitation.objects.filter(
        pk=pk, withdrawn_at__isnull=True, expires_at__gt=timezone.now(), used__lt=F("uses"), by__is_active=True
    ).first()


def withdraw(invitation: Invitation, *, by: Actor) -> None:
    """End a link before its time."""
    if invitation.by_id != by.pk and not by.grants.may("people.user", "edit"):
        raise Refused(_("You may not withdraw this invitation."))
    Invitation.objects.filter(pk=invitation.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def join(invitation: Invitation, *, password: str, **person: Any) -> User:
    """Become a user by an invitation; one can sign in at once."""
    check_password(password, User(**person))
    with transaction.atomic():
        # One place is taken first, so that two who join at the same moment cannot share the last one.
        taken = Invitation.objects.filter(pk=invitation.pk, used__lt=F("uses")).update(used=F("used") + 1)
        if not taken:
            raise Refused(_("This invitation is used up. Ask for a new one."))
        user: User = User._haike_entity.create(  # type: ignore[attr-defined]
            by=DOORMAN,
            department=invitation.department,
            manager=invitation.manager,
            roles=list(invitation.roles.filter(deleted_at__isnull=True)),
            **person,
        )
        store_password(user, password, must_change=False)
    return user


def register(*, password: str, **person: Any) -> User:
    """Ask to become a user; an administrator approves, and gives department and roles."""
    if not REGISTRATION():
        raise Refused(_("Registering is switched off. Ask your administrator for an invitation."))
    if User.objects.live().filter(applied_at__isnull=False).count() >= MOST_WAITING:
        raise Refused(_("Too many people wait for approval. Ask your administrator for an invitation."))
    check_password(password, User(**person))
    with transaction.atomic():
        user: User = User._haike_entity.create(by=DOORMAN, **person)  # type: ignore[attr-defined]
        store_password(user, password, must_change=False)
        # Not in use before somebody has approved; the log of the approval tells the rest.
        with writer():
            User.objects.filter(pk=user.pk).update(is_active=False, applied_at=timezone.now())
            organisation_changed()
    return user
