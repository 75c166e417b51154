"""The order of the menu, and what is left of it for those who want few functions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_of
from haike.kernel.option import option
from haike.people.models import ExchangeRate
from haike.screens.module import MENU

MENU_ORDER = option(
    "site.menu_order",
    "/today/ /leads/ /leads/?tab=sea /customers/ /customers/?tab=sea /contacts/ /follow-ups/ /lead-follow-ups/ "
    "/opportunities/ /quotes/ /orders/ /shipments/ /contracts/ /projects/ /payment-plans/ /payments/ /invoices/ "
    "/products/ /segments/",
    _("Order of the menu"),
    group=_("Menu"),
    help=_("Addresses separated by blanks, such as /today/ /customers/ /contacts/; what is not named follows."),
)

SIMPLE_MENU = option(
    "site.simple_menu",
    "/today/ /customers/ /customers/?tab=sea /contacts/ /follow-ups/ /opportunities/ /quotes/ /contracts/ /orders/",
    _("Simple menu"),
    group=_("Menu"),
    help=_("What those see who chose few functions, as all new users have; the settings stand below it."),
)


def may_administer(user: Any) -> bool:
    """Whether the user finds anything on the settings page."""
    grants = ("settings", "people", "log", "alarms", "dictionary", "approve_exports", "tags", "pipelines")
    return any(user.grants.may_do(grant) for grant in grants) or keeps_rates(user)


def keeps_rates(user: Any) -> bool:
    """Whether the user enters exchange rates."""
    return bool(entity_of(ExchangeRate).policy.may(user, "create"))


def menu_order() -> list[str]:
    """Addresses in the wanted order; those that are not named follow."""
    return str(MENU_ORDER()).split()


MENU.append(menu_order)


def simple_menu() -> frozenset[str]:
    """Addresses that stand in the simple menu."""
    return frozenset(str(SIMPLE_MENU()).split())
