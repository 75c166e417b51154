"""The tabs of the list of leads."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import within
from haike.kernel.entity import Category
from haike.kernel.option import option
from haike.kernel.period import start_of, today
from haike.kernel.policy import Actor
from haike.pools.tabs import tabs_for
from haike.sales.lead.record import CONVERTED, FOLLOWING, INVALID, TO_DO, UNASSIGNED, VOID
from haike.sales.lead.score.held import held

STALE_DAYS = option(
    "sales.lead_stale_days", 7, _("Leads count as not followed after so many days"), group=_("Leads"), least=1,
    most=3650,
)  # fmt: skip


def _stale(user: Actor) -> Q:
    """Spoken to long ago; those never spoken to count from the day they were entered."""
    before = start_of(today() - timedelta(days=STALE_DAYS()))
    return Q(state__in=[TO_DO, FOLLOWING]) & (
        Q(last_contact_at__lt=before) | Q(last_contact_at__isnull=True, created_at__lt=before)
    )


CATEGORIES = {
    "mine": Category(_("Mine"), lambda user: Q(owner_id=user.pk)),
    "unassigned": Category(_("Unassigned"), Q(state=UNASSIGNED)),
    "to_do": Category(_("To do"), Q(state=TO_DO)),
    "following": Category(_("Following"), Q(state=FOLLOWING)),
    "converted": Category(_("Converted"), Q(state=CONVERTED)),
    "invalid": Category(_("Invalid"), Q(state=INVALID)),
    "void": Category(_("Void"), Q(state=VOID)),
    "new_today": Category(_("New today"), within("created_at", "today")),
    "new_this_week": Category(_("New this week"), within("created_at", "this_week")),
    "due_today": Category(_("To contact today"), within("next_contact_at", "today")),
    "stale": Category(_("Not followed for long"), _stale),
}


def categories_for(user: Actor) -> dict[str, Category]:
    """The tabs, "all" first, those of the lead pools last."""
    return {"all": Category(_("All")), **_best(), **CATEGORIES, **tabs_for("sales.lead", user)}


def _best() -> dict[str, Category]:
    """What is to be worked, the most promising first; not there before anything scores leads."""
    known = held()
    if not known.rules and known.fit is None:
        return {}
    by = "chance" if known.fit is not None else "score"
    condition = Q(state__in=[TO_DO, FOLLOWING], **{f"{by}__isnull": False})
    return {"best": Category(_("Best first"), condition, sort=f"-{by}")}
