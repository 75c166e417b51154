"""What happens to accounts: made, closed, reopened, approved, unlocked; passwords."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.policy import Actor, System
from haike.kernel.record import writer
from haike.people.authority import demand_may_manage, keeping_a_boss
from haike.people.department.record import Department
from haike.people.grants import organisation_changed
from haike.people.role.record import Role
from haike.people.signin.hashing import hashing
from haike.people.user.entity import refuse_self
from haike.people.user.record import User
from haike.refused import Refused

SETUP = System("setup")


def make_user(
    *,
    username: str,
    name: str,
    password: str = "",
    roles: Iterable[str] = (),
    department: Department | None = None,
    manager: User | None = None,
    phone: str = "",
    email: str = "",
    must_change_password: bool = False,
    by: Actor = SETUP,
    **more: Any,
) -> User:
    """Make a user who can sign in at once; `roles` are keys of shipped roles.

    For the command line and the sample company; pages make users through their entity.
    """
    keys = list(roles)
    found = {role.key: role for role in Role.objects.live().filter(key__in=keys)}
    missing = [key for key in keys if key not in found]
    if missing:
        raise Refused(_("There is no role “%(key)s”.") % {"key": missing[0]})
    with transaction.atomic():
        user: User = User._haike_entity.create(  # type: ignore[attr-defined]
            by=by,
            username=username,
            name=name,
            phone=phone,
            email=email,
            department=department,
            manager=manager,
            roles=[found[key] for key in keys],
            **more,
        )
        if password:
            store_password(user, password, must_change=must_change_password)
    return user


def check_password(password: str, user: User | None) -> None:
    """Refuse a password that breaks the rules, with all reasons."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        said = [_short(each) if each.code == "password_too_short" else each.messages[0] for each in error.error_list]
        raise Refused(fields={"password": " ".join(map(str, said))}) from error


def _short(error: ValidationError) -> Any:
    # Django's own sentence has no Chinese.
    return _("The password needs at least %(least)s characters.") % {"least": (error.params or {})["min_length"]}


def store_password(user: User, password: str, *, must_change: bool) -> None:
    """Write the hash. Not through change(): a password has no place in the log, only the fact that it was set."""
    with hashing():
        user.set_password(password)
    user.must_change_password, user.password_changed_at = must_change, timezone.now()
    with transaction.atomic(), writer():
        User.objects.filter(pk=user.pk).update(
            password=user.password, must_change_password=must_change, password_changed_at=user.password_changed_at
        )
        organisation_changed()


def set_password(user: User, *, password: str, by: Actor) -> User:
    """An administrator sets a password; its owner must choose another when he signs in."""
    demand_may_manage(by, user)
    check_password(password, user)
    with transaction.atomic():
        store_password(user, password, must_change=user.pk != by.pk)
        change.write_log(user, "password", by=by)
    return user


def change_own_password(user: User, *, old: str, password: str) -> User:
    """A user changes his password; the old one proves that it is he."""
    with hashing():
        known = user.check_password(old)
    if not known:
        raise Refused(fields={"old": _("This is not your present password.")})
    if old == password:
        raise Refused(fields={"password": _("Choose a password that differs from the present one.")})
    return choose_password(user, password=password)


def choose_password(user: User, *, password: str) -> User:
    """A user who has proved who he is (link in an e-mail, invitation) chooses a password."""
    check_password(password, user)
    with transaction.atomic():
        store_password(user, password, must_change=False)
        change.write_log(user, "password", by=user)
    return user


def _set_state(user: User, action: str, *, by: Actor, **facts: Any) -> User:
    """Write facts that no form edits, with a row in the log."""
    with transaction.atomic(), writer(), keeping_a_boss():
        current: User = User._base_manager.select_for_update().get(pk=user.pk)
        diff = {}
        looks = User._haike_entity.looks  # type: ignore[attr-defined]
        for name, value in facts.items():
            diff[name] = [looks[name].to_json(getattr(current, name)), looks[name].to_json(value)]
            setattr(current, name, value)
        current.version += 1
        current.changed_at, current.changed_by_id = timezone.now(), by.pk
        current.save(update_fields=[*facts, "version", "changed_at", "changed_by"])
        change.write_log(current, action, by=by, diff=diff)
        organisation_changed()
    return current


def close_user(user: User, *, by: Actor) -> User:
    """Lock an account: its user cannot sign in and every session of his ends; his records stay his."""
    refuse_self(user, by)
    demand_may_manage(by, user)
    if not user.is_active:
        return user
    return _set_state(user, "change", by=by, is_active=False, closed_at=timezone.now())


def reopen_user(user: User, *, by: Actor) -> User:
    """Let the user of a closed account sign in again."""
    demand_may_manage(by, user)
    if user.is_active:
        return user
    if user.applied_at is not None:
        raise Refused(_("This user waits for approval; approve him instead."))
    return _set_state(user, "change", by=by, is_active=True, closed_at=None)


def approve_user(
    user: User, *, department: Department | None, roles: Iterable[Role], manager: User | None, by: Actor
) -> User:
    """Let somebody in who registered by himself, at his place in the company."""
    if user.applied_at is None:
        raise Refused(_("This user does not wait for approval."))
    with transaction.atomic():
        user = User._haike_entity.change(  # type: ignore[attr-defined]
            user, by=by, department=department, roles=list(roles), manager=manager
        )
        return _set_state(user, "change", by=by, is_active=True, applied_at=None)
