"""Special grants: permissions that belong to no entity, given to a role one by one.

A room declares its own with `declare_grants`; the page of a role shows them all. A shipped role may name one whose room
comes in a later release: it holds from the day on which that room declares it, and is shown from then on.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.screens.module import known_on

EVERY_GRANT = "*"

_declared: dict[str, str | Promise] = {}


def declare_grants(grants: Mapping[str, str | Promise]) -> None:
    """Make grants known, with the words for them."""
    _declared.update(grants)


def grants_known() -> dict[str, str | Promise]:
    """All grants with their words, in the order of their rooms, without those of modules that are off."""
    return known_on(_declared, "grants")


declare_grants(
    {
        "boss": _("Do what only the boss may: purge, see all logs"),
        "settings": _("Change settings and the company profile"),
        "people": _("Invite staff and approve those who ask to join"),
        "roles": _("Edit roles and rights"),
        "dictionary": _("Edit pick-lists"),
        "log": _("Read the sign-in log, operation log and error log"),
        "alarms": _("See alarms about unusual use and mark them as seen"),
        "reveal": _("Reveal masked phones and e-mails (logged)"),
        "reveal_unlimited": _("Look at masked phones and e-mails without a daily limit"),
        "approve_exports": _("Approve exports"),
        "jobs": _("Look after background jobs"),
    }
)
