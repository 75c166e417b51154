"""The tabs of the customer list, and the trees beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from django.core.cache import cache
from django.db.models import Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.customers.customer.hot_first import is_hot_first
from haike.customers.customer.record import BUSINESS, INDIVIDUAL, Customer
from haike.kernel.division import divisions
from haike.kernel.entity import Category, SideGroup, SideNode, entity_of
from haike.kernel.option import option
from haike.kernel.period import span, start_of, today
from haike.kernel.policy import Actor
from haike.kernel.selection import Selection
from haike.kernel.versioned import Versioned
from haike.people.grants import Organisation, organisation
from haike.people.models import Department
from haike.pools.tabs import tabs_for

GROUP = _("Customers")
STALE_DAYS = option(
    "customers.stale_days", 30, _("Customers count as not followed after so many days"), group=GROUP, least=1, most=3650
)
HIDE_PAUSED = option(
    "customers.hide_paused", False, _("Leave paused and stopped customers out of the list of all"), group=GROUP
)
RESTING = ["paused", "stopped"]
VISIT = "visit"
"""The manner of a contact for which one goes there."""
REGIONS_KEPT = 600
"""Seconds for which the tree of regions may be behind."""
MOST_CITIES = 60
MANY = 1_000
"""With more customers than this the tree shows all provinces without looking."""


def within(field: str, period: str) -> Callable[[Actor], Q]:
    """Rows whose moment lies in a named period of the day on which the list is looked at."""

    def condition(user: Actor) -> Q:
        first, after = span(period)
        found = Q()
        if first is not None:
            found &= Q(**{f"{field}__gte": start_of(first)})
        if after is not None:
            found &= Q(**{f"{field}__lt": start_of(after)})
        return found

    return condition


def days_within(field: str, period: str) -> Q:
    """Rows whose day lies in a named period, one with a beginning and an end, of today."""
    first, after = span(period)
    return Q(**{f"{field}__gte": first, f"{field}__lt": after})


def to_visit(period: str) -> Callable[[Actor], Q]:
    """Customers whose next contact lies in a named period and shall be a visit."""
    due = within("next_contact_at", period)
    return lambda user: Q(next_contact_manner=VISIT) & due(user)


def _hot(user: Actor) -> Q:
    return Q(heat__isnull=False) & (Q(heat_until__isnull=True) | Q(heat_until__gte=today()))


def _stale(user: Actor) -> Q:
    """Contacted long ago; customers never contacted count from the day they were entered."""
    before = start_of(today() - timedelta(days=STALE_DAYS()))
    return ~Q(stage__in=RESTING) & (
        Q(last_contact_at__lt=before) | Q(last_contact_at__isnull=True, created_at__lt=before)
    )


def _overdue(user: Actor) -> Q:
    return Q(next_contact_at__lt=start_of(today()))


def _attention(user: Actor) -> Q:
    return Q(attention_on__lte=today())


CATEGORIES = {
    "mine": Category(_("Mine"), lambda user: Q(owner_id=user.pk)),
    "hot": Category(_("Hot"), _hot, sort="-heat"),
    "due_today": Category(_("To contact today"), within("next_contact_at", "today")),
    "due_this_week": Category(_("To contact this week"), within("next_contact_at", "this_week")),
    "due_this_month": Category(_("To contact this month"), within("next_contact_at", "this_month")),
    "visit_today": Category(_("To visit today"), to_visit("today")),
    "visit_this_week": Category(_("To visit this week"), to_visit("this_week")),
    "visit_this_month": Category(_("To visit this month"), to_visit("this_month")),
    "attention": Category(_("Needs attention"), _attention, sort="attention_on"),
    "overdue": Category(pgettext_lazy("customer", "Overdue"), _overdue),
    "contacted_today": Category(_("Contacted today"), within("last_contact_at", "today")),
    "contacted_this_week": Category(_("Contacted this week"), within("last_contact_at", "this_week")),
    "contacted_this_month": Category(_("Contacted this month"), within("last_contact_at", "this_month")),
    "visited_today": Category(_("Visited today"), within("last_visit_at", "today")),
    "visited_this_week": Category(_("Visited this week"), within("last_visit_at", "this_week")),
    "visited_this_month": Category(_("Visited this month"), within("last_visit_at", "this_month")),
    "new_today": Category(_("New today"), within("created_at", "today")),
    "new_this_week": Category(_("New this week"), within("created_at", "this_week")),
    "new_this_month": Category(_("New this month"), within("created_at", "this_month")),
    "stale": Category(_("Not followed for long"), _stale),
    "never": Category(_("Never contacted"), Q(last_contact_at__isnull=True)),
    "business": Category(_("Businesses"), Q(form=BUSINESS)),
    "individual": Category(_("Individuals"), Q(form=INDIVIDUAL)),
    "potential": Category(_("Potential"), Q(kind="potential")),
    "normal": Category(_("Normal customers"), Q(kind="normal")),
    "vip": Category(_("VIP"), Q(kind="vip") | Q(level="vip")),
    "agents": Category(_("Agents"), Q(kind="agent")),
    "partners": Category(_("Partners"), Q(kind="partner")),
    "suppliers": Category(_("Suppliers"), Q(kind="supplier")),
    "competitors": Category(_("Competitors"), Q(kind="competitor")),
    "lost": Category(_("Lost customers"), Q(kind="lost")),
    "prospects": Category(_("Prospects"), Q(stage="prospect")),
    "intents": Category(_("With intent"), Q(stage="intent")),
    "to_sign": Category(_("To be signed"), Q(stage="to_sign")),
    "paused": Category(_("Paused and stopped"), Q(stage__in=RESTING)),
}


OWING = {"owing": Category(_("Owing money"), Q(debt__gt=0), sort="-debt")}


def categories_for(user: Actor) -> dict[str, Category]:
    """The tabs, "all" first; a setting decides whether that means the paused ones too."""
    everything = Category(_("All"), ~Q(stage__in=RESTING)) if HIDE_PAUSED() else Category(_("All"))
    owing = OWING if entity_of(Customer).right(user, "debt") in ("read", "edit") else {}
    found = {"all": everything, **CATEGORIES, **owing, **tabs_for(Customer._meta.label_lower, user)}
    if is_hot_first(user):
        found |= {tab: replace(found[tab], sort="-heat") for tab in ("all", "mine")}
    return found


def region_tree(user: Actor) -> SideGroup | None:
    """The provinces, and where there are few the cities, in which the user has customers."""
    whose = "all" if entity_of(Customer).policy.scope(user).everything else user.pk
    codes = cache.get_or_set(f"customer-regions:{whose}", lambda: _regions_used(user), REGIONS_KEPT) or []
    return _regions(tuple(codes))


@lru_cache(maxsize=200)
def _regions(codes: tuple[str, ...]) -> SideGroup | None:
    known = divisions()
    cities = sorted({code for code in codes if code in known and known[code].level == 2})
    provinces = sorted({f"{code[:2]}0000" for code in codes if f"{code[:2]}0000" in known})
    if len(cities) > MOST_CITIES:
        cities = []
    nodes = [
        SideNode(known[code].short_name, "region", "in", code, known[code].level - 1)
        for code in sorted({*provinces, *cities})
    ]
    return SideGroup(_("Regions"), nodes) if nodes else None


def _regions_used(user: Actor) -> list[str]:
    # Reading the regions of a million rows takes seconds, and they lie everywhere.
    if Selection(entity_of(Customer), user, sort="-created_at").find.count(MANY)[1]:
        return [code for code, division in divisions().items() if division.level == 1]
    rows = Customer.objects.visible_to(user).exclude(region="").annotate(city=Substr("region", 1, 4))
    return [f"{code}00" for code in rows.order_by().values_list("city", flat=True).distinct()]


_department_names: Versioned[dict[int, str]] = Versioned(
    "people", lambda: dict(Department._base_manager.values_list("pk", "name"))
)


def people_tree(user: Actor, label: str, field: str = "owner") -> SideGroup | None:
    """The departments and colleagues whose records the user sees; None when he sees only his own."""
    house = organisation()
    key = ("people_tree", user.pk, label, field)
    if key not in house.memory:
        house.memory[key] = _people_tree(house, user, label, field)
    return house.memory[key]


def people_side(user: Actor, label: str, field: str = "owner") -> list[SideGroup]:
    """What stands beside a list that is narrowed by people and by nothing else."""
    tree = people_tree(user, label, field)
    return [tree] if tree else []


def _people_tree(house: Organisation, user: Actor, label: str, field: str) -> SideGroup | None:
    owners = user.grants.owner_ids(label, "view")
    seen = [house.users[pk] for pk in (house.users if owners is None else owners) if pk in house.users]
    people = [person for person in seen if person.is_active and person.deleted_at is None]
    if len(people) < 2:
        return None
    by_department: dict[int | None, list[SideNode]] = {}
    for person in sorted(people, key=lambda person: person.name_pinyin):
        node = SideNode(person.name, field, "one_of", str(person.pk))
        by_department.setdefault(person.department_id, []).append(node)
    nodes: list[SideNode] = []
    names = _department_names()
    for pk, path in sorted(house.paths.items(), key=lambda item: item[1]):
        below = [key for key, other in house.paths.items() if other.startswith(path)]
        members = tuple(str(node.value) for key in below for node in by_department.get(key, []))
        if not members:
            continue
        depth = max(path.count("/") - 2, 0)
        nodes.append(SideNode(names.get(pk, str(pk)), field, "one_of", members, depth))
        nodes += [replace(node, depth=depth + 1) for node in by_department.get(pk, [])]
    nodes += by_department.get(None, [])
    return SideGroup(_("Salespeople"), nodes)
