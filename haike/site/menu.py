"""The order of the menu: the user's own, else the company's."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.option import option

MENU_ORDER = option(
    "site.menu_order",
    "/today/ /customers/ /contacts/ /follow-ups/",
    _("Order of the menu"),
    group=_("Menu"),
    help=_("Addresses separated by blanks, such as /today/ /customers/ /contacts/; what is not named follows."),
)


def menu_order(user: Any) -> list[str]:
    """Addresses in the wanted order; those that are not named follow."""
    return str(MENU_ORDER()).split()
