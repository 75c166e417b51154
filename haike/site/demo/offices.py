"""Writing the people of the sample company: departments, users with their roles and superiors."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.kernel.versioned import bump
from haike.people.company.record import CompanyProfile
from haike.people.grants import organisation_changed
from haike.people.models import Department, Role, User
from haike.people.user.actions import make_user
from haike.site.demo.records import Person
from haike.site.demo.seas import SampleSea, write_seas
from haike.site.demo.staff import COMPANY, COMPANY_NAME, PASSWORD, Staff

SAMPLER = System("sample")
TOLD = {
    "boss": _("boss: sees and does everything"),
    "ben": _("sales manager, ann and others report to him"),
    "ann": _("seller"),
    "cat": _("seller in another department"),
    "kate": _("customer service"),
    "lucy": _("cashier: payments, invoices, statements"),
}


@dataclass(frozen=True)
class Account:
    """What is told about a way to sign in."""

    name: str
    password: str
    what: str | Promise


@dataclass
class Offices:
    """Keys of what was made, and the people by their sign-in name in the stream."""

    departments: list[int]
    users: list[int]
    people: dict[str, Person]
    accounts: list[Account]
    company: str
    seas: list[SampleSea]


def write_offices(staff: Staff) -> Offices:
    """Make departments and users; who finds his sign-in name taken gets a number behind it."""
    made = Offices([], [], {}, [], "", [])
    taken = set(User._base_manager.values_list("username", flat=True))
    roles = set(Role.objects.live().exclude(key=None).values_list("key", flat=True))
    mails = set(User._base_manager.exclude(email="").values_list("email", flat=True))
    phones = set(User._base_manager.exclude(phone="").values_list("phone", flat=True))
    departments: dict[str, Department] = {}
    users: dict[str, User] = {}
    with transaction.atomic():
        names = set(Department.objects.live().filter(parent=None).values_list("name", flat=True))
        for unit in staff.departments:
            name = unit.name if unit.parent or unit.name not in names else f"{unit.name}（示例）"
            departments[unit.key] = entity_of(Department).create(
                by=SAMPLER, name=name, parent=departments[unit.parent] if unit.parent else None
            )
        for one in staff.colleagues:
            username = one.username
            while username in taken:
                username += "2"
            users[one.username] = user = make_user(
                username=username,
                name=one.name,
                gender=one.gender,
                position=one.position or None,
                phone="" if one.phone in phones else one.phone,
                email="" if one.email in mails else one.email,
                department=departments[one.unit],
                manager=users[one.manager] if one.manager else None,
                roles=[role for role in one.roles if role in roles],
                by=SAMPLER,
            )
            made.people[one.username] = Person(user.pk, user.department_id, user.name)
            if one.username in TOLD:
                made.accounts.append(Account(username, PASSWORD, TOLD[one.username]))
        for unit in staff.departments:
            if unit.head:
                entity_of(Department).change(departments[unit.key], by=SAMPLER, manager=users[unit.head])
        made.departments = [each.pk for each in departments.values()]
        made.users = [each.pk for each in users.values()]
        with writer():
            # One hash for all: the password is no secret, and hashing is meant to be slow.
            User.objects.filter(pk__in=made.users).update(
                password=make_password(PASSWORD), password_changed_at=timezone.now()
            )
        organisation_changed()
        keys = {name: user.pk for name, user in users.items()}
        made.seas = write_seas(staff, keys, {key: each.pk for key, each in departments.items()})
        made.company = _name_company()
    return made


def _name_company() -> str:
    """Give the company a name if it has none; returns the name given."""
    if CompanyProfile.objects.exclude(name="").exists():
        return ""
    CompanyProfile.objects.update_or_create(pk=1, defaults=COMPANY)
    bump("company")
    return COMPANY_NAME
