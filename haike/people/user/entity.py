"""Users as an entity: who may make and change whom, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Related, Section, SideGroup, SideNode
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.people.authority import demand_covers, demand_may_manage, keeping_a_boss, may_manage
from haike.people.department.record import Department
from haike.people.grants import RoleGrants, organisation, organisation_changed
from haike.people.policy import HousePolicy
from haike.people.user.holdings import holdings_of
from haike.people.user.record import User
from haike.refused import Refused


def render_holdings(request: Any, user: User) -> str:
    """The records of a user by kind, as far as the reader sees them, a piece of his page."""
    context = {"holdings": holdings_of(user, by=request.user, seen=True), "person": user}
    return render_to_string("people/holdings.html", context, request=request)


def render_not_ready(request: Any, user: User) -> str:
    """What is still to be done before somebody can work, for who can do it; empty when nothing is."""
    if not user.is_active or user.deleted_at is not None or not may_manage(request.user, user):
        return ""
    context = {"person": user, "no_role": not user.roles.exists(), "no_password": not user.has_usable_password()}
    if not context["no_role"] and not context["no_password"]:
        return ""
    return render_to_string("people/not_ready.html", context, request=request)


def _locked_out(user: Actor) -> Q:
    return Q(locked_until__gt=timezone.now())


class UserEntity(Entity):
    model = User
    policy_class = HousePolicy
    slug = "users"
    titled_by = ["name"]
    icon = "user"
    columns = ["name", "username", "department", "position", "manager", "roles", "phone", "email", "is_active"]
    sort = "name"
    search = ["name", "username", "phone", "email"]
    facts = ["department", "position", "manager", "phone", "email"]
    sections = [
        Section(_("Person"), ["name", "gender", "phone", "email", "avatar"]),
        Section(_("Place in the company"), ["department", "departments", "position", "manager"]),
        Section(
            _("Account"), ["username", "roles", "is_active", "closed_at", "applied_at", "locked_until", "last_seen"]
        ),
    ]
    hidden = [
        "owner", "password", "last_login", "must_change_password", "password_changed_at", "language", "time_zone",
        "scheme", "theme", "menu", "page_size", "density", "signature_sms", "signature_email", "home", "reminders",
    ]  # fmt: skip
    settled = ["is_active", "closed_at", "applied_at", "locked_until", "last_seen"]
    panels = [
        Panel("ready", _("Before somebody can work"), render_not_ready, place="main"),
        Panel("records", _("Records"), render_holdings),
    ]
    tabs = [Related("people.user", "manager", _("Staff"))]
    categories = {
        "active": Category(_("In use"), Q(is_active=True)),
        "closed": Category(_("Closed"), Q(is_active=False, applied_at__isnull=True)),
        "waiting": Category(_("Waiting for approval"), Q(is_active=False, applied_at__isnull=False), counted=True),
        "locked": Category(_("Locked out"), _locked_out),
    }

    def side(self, user: Actor) -> list[SideGroup]:
        """Departments as a tree beside the list; one shows its own members, not those below it."""
        tree = department_tree()
        nodes = [SideNode(d.name, "department", "one_of", (str(d.pk),), depth=d.depth) for d in tree]
        return [SideGroup(_("Departments"), nodes)] if nodes else []

    # -- writing ---------------------------------------------------------------------------------------------------

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> User:
        """Make a user; he can sign in once somebody has set a first password or sent him the link to choose one."""
        demand_covers(by, values.get("roles", ()))
        demand_own_group(by, "create", values.get("department"), values.get("departments", ()), values.get("manager"))
        with transaction.atomic(), writer():
            user: User = change.create(User, by=by, batch=batch, owner=None, **values)
            # His own owner, which can be said only now that he has a key.
            user.owner_id = user.pk
            if not user.password:
                user.set_unusable_password()
            user.save(update_fields=["owner", "password"])
            change.index([user])
            organisation_changed()
        return user

    def change(
        self, record: User, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> User:
        """Change a user within one's own group and rights; the last boss stays boss."""
        demand_may_manage(by, record)
        touched = {name for name in ("department", "departments", "manager") if name in values}
        if "roles" in values:
            before = {role.pk for role in record.roles.all()}
            demand_covers(by, [role for role in values["roles"] if role.pk not in before])
        with transaction.atomic(), keeping_a_boss():
            user: User = change.change(record, by=by, version=version, batch=batch, **values)
            if touched and user.version != record.version:
                demand_own_group(by, "edit", user.department, user.departments.all(), user.manager, user=user)
            organisation_changed()
        return user

    def remove(self, record: User, *, by: Actor) -> User:
        """Put a user into the recycle bin; he cannot sign in any more."""
        refuse_self(record, by)
        if not self.policy.allows(by, "delete", record):
            raise Refused(_("You manage the users of your own group only."))
        if User.objects.live().filter(manager=record).exists():
            raise Refused(
                _("%(name)s still has staff who report to him. Give them another superior first.") % {"name": record}
            )
        if held := holdings_of(record, by=by):
            raise Refused(
                _("%(name)s still owns records: %(records)s. Hand them over first, or close the account and keep them.")
                % {"name": record, "records": ", ".join(f"{holding.label} {holding.count}" for holding in held)}
            )
        with transaction.atomic(), keeping_a_boss():
            user: User = change.remove(record, by=by)
            organisation_changed()
        return user

    def restore(self, record: User, *, by: Actor) -> User:
        """Take a user out of the recycle bin."""
        with transaction.atomic():
            user: User = change.restore(record, by=by)
            organisation_changed()
        return user

    def check_values(self, values: Mapping[str, Any], record: User | None, by: Actor) -> list[Label]:
        """Warn of a second person of the same name, and ask about the records of one who moves."""
        said: list[Label] = []
        name = values.get("name", "")
        if name and (record is None or name != record.name):
            other = User.objects.live().filter(name=name).exclude(pk=record.pk if record else None).first()
            if other is not None:
                said.append(_("There is already a user called %(name)s (%(username)s).") % vars(other))
        if record is not None and (holdings := _left_behind(record, values, by)):
            said.append(
                _(
                    "%(name)s keeps these records in the new place: %(records)s. "
                    "If a colleague shall take them over, use “Hand over” first."
                )
                % {"name": record, "records": holdings}
            )
        return said

    # -- page ------------------------------------------------------------------------------------------------------

    def buttons(self, record: User, user: Actor) -> list[Button]:
        """What a superior can do with an account."""
        if record.deleted_at is not None or not may_manage(user, record):
            return []
        here, found = f"/users/{record.pk}", []
        if record.applied_at is not None:
            found.append(Button(_("Approve"), f"{here}/approve", "user-check", "drawer", primary=True))
        if record.is_active:
            if record.pk != user.pk:
                found.append(Button(_("Set password"), f"{here}/password", "key", "drawer"))
            if record.locked_until and record.locked_until > timezone.now():
                found.append(Button(_("Unlock"), f"{here}/unlock", "lock-open", "post"))
            found.append(Button(_("Leave or hand over"), f"{here}/leave", "transfer"))
            if record.pk != user.pk:
                found.append(Button(_("Close account"), f"{here}/lock", "lock", "drawer"))
        elif record.applied_at is None:
            found.append(Button(_("Reopen account"), f"{here}/reopen", "lock-open", "post"))
            found.append(Button(_("Leave or hand over"), f"{here}/leave", "transfer"))
        return found


def _left_behind(user: User, values: Mapping[str, Any], by: Actor) -> str:
    """What somebody owns whose department or roles change, in words; empty when nothing changes."""
    moves = "department" in values and values["department"] != user.department
    if "roles" in values and not moves:
        moves = {role.pk for role in values["roles"]} != {role.pk for role in user.roles.all()}
    held = holdings_of(user, by=by) if moves else []
    return ", ".join(f"{holding.label} {holding.count}" for holding in held)


def department_tree() -> list[Department]:
    """All departments in the order of the tree: each followed by those below it."""
    rows = list(Department.objects.live())
    below: dict[int | None, list[Department]] = {}
    for department in rows:
        below.setdefault(department.parent_id, []).append(department)
    found: list[Department] = []

    def walk(parent: int | None) -> None:
        for department in below.get(parent, ()):
            found.append(department)
            walk(department.pk)

    walk(None)
    return found


def refuse_self(user: User, by: Actor) -> None:
    """Nobody shuts himself out."""
    if user.pk == by.pk:
        raise Refused(_("You cannot close or delete your own account."))


def demand_own_group(
    by: Actor,
    action: str,
    department: Department | None,
    departments: Any,
    manager: User | None,
    *,
    user: User | None = None,
) -> None:
    """Refuse to put somebody where one's own right to manage users does not reach."""
    mine = by.grants
    if not isinstance(mine, RoleGrants):
        return
    reaches = mine.reaches("people.user", action)
    if "all" in reaches:
        return
    house = organisation()
    own = house.departments_of.get(mine.user_id, set())
    within = house.subtree(own) if "below" in reaches else (own if "department" in reaches else set())
    under_me = "subordinates" in reaches and manager is not None and manager.pk in house.below(mine.user_id)
    outside = [each for each in [department, *departments] if each is not None and each.pk not in within]
    if (outside and not under_me) or (department is None and not under_me):
        message = _("You manage the users of your own group only.")
        raise Refused(fields={"department": message})
