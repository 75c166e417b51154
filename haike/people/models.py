"""Who works here: departments, users, roles, and what is written down about signing in."""

from haike.kernel.dictionary import declare
from haike.people.alarm.record import Alarm
from haike.people.company.record import CompanyProfile
from haike.people.currency.entity import ExchangeRateEntity
from haike.people.currency.record import ExchangeRate
from haike.people.department.entity import DepartmentEntity
from haike.people.department.record import Department
from haike.people.dictionaries import DICTIONARIES
from haike.people.error.record import ErrorRecord
from haike.people.held import hold_links
from haike.people.invitation.record import Invitation
from haike.people.proof.record import RightsCheck
from haike.people.reveal.record import RevealCount
from haike.people.role.entity import RoleEntity
from haike.people.role.looks import GrantsLook, RightsLook
from haike.people.role.record import Role
from haike.people.signin.record import SignIn
from haike.people.tab_scheme.entity import TabSchemeEntity
from haike.people.tab_scheme.look import TabsLook
from haike.people.tab_scheme.record import TabScheme
from haike.people.user.entity import UserEntity
from haike.people.user.record import User

__all__ = [
    "Alarm",
    "CompanyProfile",
    "Department",
    "DepartmentEntity",
    "ErrorRecord",
    "ExchangeRate",
    "ExchangeRateEntity",
    "GrantsLook",
    "Invitation",
    "RevealCount",
    "RightsCheck",
    "RightsLook",
    "Role",
    "RoleEntity",
    "SignIn",
    "TabScheme",
    "TabSchemeEntity",
    "TabsLook",
    "User",
    "UserEntity",
    "hold_links",
]

declare(DICTIONARIES)
