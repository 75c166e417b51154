"""The order of the menu: the user's own, else the company's."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_of
from haike.kernel.option import option
from haike.people.models import ExchangeRate

MENU_ORDER = option(
    "site.menu_order",
    "/today/ /customers/ /contacts/ /follow-ups/",
    _("Order of the menu"),
    group=_("Menu"),
    help=_("Addresses separated by blanks, such as /today/ /customers/ /contacts/; what is not named follows."),
)


def may_administer(user: Any) -> bool:
    """Whether the user finds anything on the settings page."""
    grants = ("settings", "people", "log", "alarms")
    return any(user.grants.may_do(grant) for grant in grants) or keeps_rates(user)


def keeps_rates(user: Any) -> bool:
    """Whether the user enters exchange rates."""
    return bool(entity_of(ExchangeRate).policy.may(user, "create"))


def menu_order(user: Any) -> list[str]:
    """Addresses in the wanted order; those that are not named follow."""
    return str(MENU_ORDER()).split()
