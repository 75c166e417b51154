"""Special grants: permissions that belong to no entity, given to a role one by one.

A room declares its own with `declare_grants`; the page of a role shows them all.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVERY_GRANT = "*"

_declared: dict[str, str | Promise] = {}


def declare_grants(grants: Mapping[str, str | Promise]) -> None:
    """Make grants known, with the words for them."""
    _declared.update(grants)


def grants_known() -> dict[str, str | Promise]:
    """All grants with their words, in the order of their rooms."""
    return dict(_declared)


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
        "backup": _("Make and restore backups"),
        "jobs": _("Look after background jobs"),
        "share_views": _("Share saved views with roles"),
        "cost_price": _("See cost prices"),
        "export": _("Export data"),
        "undo_stock": _("Undo stock movements"),
        "edit_answers": _("Edit questions and answers"),
        "manage_payments": _("Manage payments"),
        "company_reports": _("Read reports of the whole company"),
        "edit_templates": _("Edit print templates"),
        "manage_shipped_orders": _("Manage orders after shipping"),
        "manage_returns": _("Manage returns"),
        "audit_ledger": _("Audit the ledger"),
        "delete_follow_ups": _("Delete follow-ups"),
    }
)
