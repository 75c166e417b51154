"""Taking the sample company out again, without what people have made or changed in it.

A customer of the sample stays when somebody changed it or wrote anything about it, and with it stay its contacts and
follow-ups. People of the sample stay, with closed accounts, when they are named somewhere: the log forgets nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.customers.models import Contact, Customer
from haike.dedupe.index import forget
from haike.files.models import Attachment
from haike.jobs.declare import job
from haike.kernel import search
from haike.kernel.entity import entity_of
from haike.kernel.log import Change, origin
from haike.kernel.numbers import Counter
from haike.kernel.option import OptionValue
from haike.kernel.preference import Visit
from haike.kernel.record import writer
from haike.kernel.versioned import bump
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan
from haike.people.authority import keeping_a_boss
from haike.people.company.record import CompanyProfile
from haike.people.grants import grants_of, organisation_changed
from haike.people.models import Department, User
from haike.pools.models import Move, Pool, Territory
from haike.refused import Refused
from haike.sales.models import (
    Amendment,
    CallNote,
    Competitor,
    Contract,
    CostCorrection,
    Delivery,
    GroupStep,
    Lead,
    LeadFollowUp,
    Need,
    Opportunity,
    OpportunityDecider,
    OpportunityLine,
    Order,
    OrderLine,
    Quote,
    QuoteLine,
    SaleExpense,
    Shipment,
    ShipmentLine,
    Solution,
    SolutionTemplate,
    StageMove,
)
from haike.site.demo.claim import remove_claims
from haike.site.demo.delete import delete_free
from haike.site.demo.groups import remove_groups
from haike.site.demo.own_fields import take_out
from haike.site.demo.papers import remove_papers
from haike.site.demo.products import remove_products
from haike.site.demo.projects import remove_projects
from haike.site.demo.scoring import remove_scoring
from haike.site.demo.staff import COMPANY
from haike.site.guide import SAMPLE
from haike.site.prepared import SAMPLE_ACCOUNTS
from haike.talk.models import Comment
from haike.work.models import FollowUp

WINDOW = 1_000
AT_ONCE = 5_000
"""Up to so many customers the page waits; more are a job."""

# From each kind of row to the customer that it is about.
CHAIN: dict[type[models.Model], str] = {
    Customer: "",
    Contact: "customer",
    FollowUp: "customer",
    Quote: "customer",
    Contract: "customer",
    Order: "customer",
    Delivery: "contract__customer",
    Shipment: "customer",
    SaleExpense: "customer",
    PaymentPlan: "customer",
    Payment: "customer",
    Invoice: "customer",
    Allocation: "payment__customer",
}
TRADE = (Quote, Contract, Order, Delivery, Shipment, SaleExpense, PaymentPlan, Payment, Invoice, Allocation)

# Rows without a life of their own, which go with what they belong to: what came last goes first.
PARTS: dict[type[models.Model], str] = {
    CostCorrection: "line__document__customer",
    ShipmentLine: "document__customer",
    Amendment: "order__customer",
    OrderLine: "document__customer",
    QuoteLine: "document__customer",
    GroupStep: "customer",
}

# What people hang on records of any kind, by entity and key.
SAID = (Attachment, Comment)


@dataclass
class Removed:
    """How many records were taken out, and how many customers and people stay because somebody uses them."""

    customers: int = 0
    kept: int = 0
    people: int = 0
    closed: int = 0


Report = Callable[[int, int], None]


def sample_size() -> int:
    """How many customers the sample company was made with; 0 when there is none."""
    note = OptionValue.objects.filter(key=SAMPLE).values_list("value", flat=True).first()
    return int(note["rows"][entity_of(Customer).label][1]) if note else 0


@job(title=_("Remove the sample company"), attempts=3, timeout=7200, slow=True)
def remove_sample_rows(*, by: int) -> dict[str, int]:
    """The same as `remove_sample`, for a large one."""
    user = User.objects.live().get(pk=by)
    return vars(remove_sample(by=user, report=progress.report))


def remove_sample(*, by: Any, report: Report = lambda *_: None) -> Removed:
    """Take the sample company out; can be begun again where it was stopped."""
    if not grants_of(by.pk).may_do("settings"):
        raise Refused(_("Only those who may change settings remove the examples."))
    found = OptionValue.objects.filter(key=SAMPLE).first()
    if found is None:
        return Removed()
    note, done = found.value, Removed()
    with transaction.atomic(), writer():
        _remove_leads(note.get("leads", {}))
        remove_scoring(note.get("scoring", {}))
        remove_projects(note.get("projects", []))
    _remove_details(*note.get("opportunities", (1, 0)))
    _remove_opportunities(*note.get("opportunities", (1, 0)))
    ranges = {model: _range(note, model) for model in CHAIN}
    staying = _staying(ranges)
    first, last = ranges[Customer]
    for low in range(first, last + 1, WINDOW):
        _remove_window(low, min(low + WINDOW - 1, last), staying, done)
        report(min(low + WINDOW, last) - first, last - first + 1)
    with transaction.atomic(), writer(), keeping_a_boss():
        remove_claims(note["users"], *ranges[Customer])
        remove_groups(note)
        remove_papers(note)
        remove_products(note)
        delete_free(Territory, note.get("territories", []))
        _remove_pools(note)
        _remove_people(note, by, done)
        _remove_company(note)
        take_out(note.get("own_fields", []))
        OptionValue.objects.filter(key=SAMPLE).delete()
        bump("options")
        Change(
            entity="kernel.option", record_id=0, at=timezone.now(), by_id=by.pk, by_name=by.name, origin=origin.get(),
            action="change", diff={str(_("Sample company")): [done.customers + done.kept, done.kept]},
        ).save(force_insert=True)  # fmt: skip
    if not settings.HAIKE_HOSTED:
        (settings.HAIKE_DATA / SAMPLE_ACCOUNTS).unlink(missing_ok=True)
    return done


def _remove_leads(made: dict[str, Any]) -> None:
    """Erase leads, talks and call notes as they were made; what somebody has changed or written about stays.

    They go before the customers, who would else stay as what leads have become.
    """
    going: dict[Any, set[int]] = {}
    for model in (Lead, LeadFollowUp, CallNote):
        known: dict[int, int] = dict(made.get(entity_of(model).label, ()))
        rows = model._base_manager.filter(pk__in=known).values_list("pk", "version", "deleted_at")
        going[model] = {pk for pk, version, deleted in rows if deleted is not None or version == known[pk]}
        for other in SAID:
            hung = other.objects.filter(entity=entity_of(model).label, record_id__in=known, deleted_at=None)
            going[model] -= set(hung.values_list("record_id", flat=True))
    for model in (LeadFollowUp, CallNote):
        others = model._base_manager.filter(lead__in=going[Lead], deleted_at=None).exclude(pk__in=going[model])
        going[Lead] -= set(others.values_list("lead_id", flat=True))
    talks = LeadFollowUp._base_manager.filter(lead__in=going[Lead])
    _erase(LeadFollowUp, talks)
    _erase(CallNote, CallNote._base_manager.filter(pk__in=going[CallNote]))
    CallNote._base_manager.filter(lead__in=going[Lead]).update(lead=None)
    _erase(Lead, Lead._base_manager.filter(pk__in=going[Lead]))


def _remove_details(first: int, count: int) -> None:
    """Erase what is known of opportunities as the sample wrote it; what people wrote keeps its opportunity."""
    made = Q(created_by__isnull=True, changed_by__isnull=True)
    inside = Q(opportunity__gte=first, opportunity__lt=first + count)
    with transaction.atomic(), writer():
        for model in (Need, Competitor):
            _erase(model, model._base_manager.filter(made & inside))
        people = OpportunityDecider._base_manager.filter(made & inside)
        OpportunityDecider._base_manager.filter(superior__in=people.values("pk")).update(superior=None)
        _erase(OpportunityDecider, people)
        solutions = Solution._base_manager.filter(made & inside, needs__isnull=True)
        attached = Attachment.objects.filter(entity=entity_of(Solution).label, deleted_at=None)
        _erase(Solution, solutions.exclude(pk__in=attached.values("record_id")))
        _erase(SolutionTemplate, SolutionTemplate._base_manager.filter(made))


def _remove_opportunities(first: int, count: int) -> None:
    """Erase opportunities as they were made; one that somebody has changed or written about keeps its customer too."""
    for low in range(first, first + count, WINDOW):
        here = range(low, min(low + WINDOW, first + count))
        with transaction.atomic(), writer():
            rows = Opportunity._base_manager.filter(pk__gte=here.start, pk__lt=here.stop)
            going = set(rows.filter(Q(version=1) | Q(deleted_at__isnull=False)).values_list("pk", flat=True))
            for other in SAID:
                said = other.objects.filter(entity=entity_of(Opportunity).label, deleted_at=None)
                said = said.filter(record_id__gte=here.start, record_id__lt=here.stop)
                going -= set(said.values_list("record_id", flat=True))
            for relation in _named_by(Opportunity):
                field, other = relation.field, relation.related_model
                if other not in (StageMove, OpportunityLine):
                    named = other._base_manager.filter(**{f"{field.attname}__in": going})
                    going -= set(named.values_list(field.attname, flat=True))
            moves = StageMove._base_manager.filter(opportunity__in=going)
            moves._raw_delete(moves.db)
            lines = OpportunityLine._base_manager.filter(document__in=going)
            lines._raw_delete(lines.db)
            _erase(Opportunity, Opportunity._base_manager.filter(pk__in=going))


def _range(note: dict[str, Any], model: type[models.Model]) -> tuple[int, int]:
    label = entity_of(model).label
    # Companies that were made before there were documents have noted none.
    first, count = note["rows"].get(label) or note.get("trade", {}).get(label, (1, 0))
    return first, first + count - 1


def _staying(ranges: dict[type[models.Model], tuple[int, int]]) -> set[int]:
    """The customers that somebody has changed, or that anything made by a user hangs on."""
    found: set[int] = set()
    for model, path in CHAIN.items():
        inside = Q(pk__range=ranges[model])
        rows = model._base_manager.filter(inside, version__gt=1, deleted_at=None)
        found |= set(rows.values_list(f"{path}_id" if path else "pk", flat=True))
        for relation in _named_by(model):
            field, other = relation.field, relation.related_model
            if other in PARTS:
                continue
            low, high = ranges[model]
            others = other._base_manager.filter(**{f"{field.attname}__gte": low, f"{field.attname}__lte": high})
            if other in CHAIN:
                # Sample rows refer to each other; only what a user made counts.
                others = others.exclude(pk__range=ranges[other])
            elif hasattr(other, "deleted_at"):
                others = others.filter(deleted_at=None)
            found |= set(others.values_list(f"{field.name}__{path}_id" if path else f"{field.name}_id", flat=True))
        for other in SAID:
            hung = other.objects.filter(entity=entity_of(model).label, record_id__range=ranges[model], deleted_at=None)
            rows = model._base_manager.filter(pk__in=hung.values("record_id"))
            found |= set(rows.values_list(f"{path}_id" if path else "pk", flat=True))
    return found


def _remove_window(low: int, high: int, staying: set[int], done: Removed) -> None:
    with transaction.atomic(), writer():
        rows = Customer._base_manager.filter(pk__range=(low, high))
        here = set(rows.values_list("pk", flat=True))
        going = here - staying
        done.kept += len(here) - len(going)
        done.customers += len(going)
        if not going:
            return
        rows.filter(pk__in=going).update(main_contact=None)
        keys = sorted(going)
        for model, path in PARTS.items():
            for some in _some(keys):
                of = model._base_manager.filter(**{f"{path}__in": some})
                hung = model._base_manager.filter(pk__in=list(of.values_list("pk", flat=True)))
                hung._raw_delete(hung.db)
        for model, path in reversed(CHAIN.items()):
            for some in _some(keys):
                _erase(model, model._base_manager.filter(**{f"{path}__in" if path else "pk__in": some}))


def _named_by(model: type[models.Model]) -> list[Any]:
    """The foreign keys to a model: those of records also where they have no way back."""
    relations = [each for each in model._meta.get_fields(include_hidden=True) if isinstance(each, models.ManyToOneRel)]
    return [each for each in relations if not each.hidden or hasattr(each.related_model, "_haike_entity")]


def _some(keys: list[int], size: int = 500) -> Iterator[list[int]]:
    for place in range(0, len(keys), size):
        yield keys[place : place + size]


def _erase(model: type[models.Model], rows: models.QuerySet[Any]) -> None:
    """Delete rows for good with their log, visits and search texts; nothing refers to them any more."""
    keys = list(rows.values_list("pk", flat=True))
    label = entity_of(model).label
    for some in _some(keys):
        for other in (Change, Visit, Move):
            own = other._base_manager.filter(entity=label, record_id__in=some)
            own._raw_delete(own.db)
        chosen = model._base_manager.filter(pk__in=some)
        chosen._raw_delete(chosen.db)
    if entity_of(model).search:
        search.erase(connection, model, keys)
    forget(entity_of(model), keys)


def _remove_pools(note: dict[str, Any]) -> None:
    """Delete the seas in which nothing lies any more."""
    pools = Pool._base_manager.filter(pk__in=note.get("pools", []))
    accounts = dict(pools.values_list("pk", "account_id"))
    for pool in pools:
        pool.members.clear()
    gone = delete_free(Pool, accounts)
    delete_free(User, [accounts[pool] for pool in gone], owner=None)
    organisation_changed()


def _remove_people(note: dict[str, Any], by: Any, done: Removed) -> None:
    """Delete the people nobody has named; close the accounts of the others. A lone administrator stays."""
    everybody = User._base_manager.filter(pk__in=note["users"]).exclude(pk=by.pk)
    if not grants_of(by.pk).may_do("boss"):
        everybody = everybody.exclude(roles__key="boss")
    keys = list(everybody.values_list("pk", flat=True))
    Department._base_manager.filter(pk__in=note["departments"]).update(manager=None)
    User._base_manager.filter(pk__in=note["users"]).update(manager=None)
    gone = delete_free(User, keys, owner=None, created_by=None, changed_by=None)
    done.people += len(gone)
    done.closed += len(keys) - len(gone)
    facts = {"is_active": False, "closed_at": timezone.now(), "version": F("version") + 1}
    User._base_manager.filter(pk__in=set(keys) - gone, is_active=True).update(**facts)
    if by.pk in note["users"]:
        # Its password was told to everybody who tried the examples.
        User._base_manager.filter(pk=by.pk).update(must_change_password=True)
    departments = Department._base_manager.filter(pk__in=note["departments"])
    # Who removes the examples may be one of them; he keeps his account, not its place.
    User._base_manager.filter(pk=by.pk, department__in=departments).update(department=None)
    # From the leaves up: a branch may go only when nothing lies in it.
    by_depth: dict[int, list[int]] = {}
    for department in departments:
        by_depth.setdefault(department.depth, []).append(department.pk)
    for __, some in sorted(by_depth.items(), reverse=True):
        delete_free(Department, some, parent=None)
    organisation_changed()


def _remove_company(note: dict[str, Any]) -> None:
    """The name of the sample company and, once no customer is left, the counters of its numbers."""
    made = {name: "" for name, value in COMPANY.items() if value}
    if note["company"] and CompanyProfile.objects.filter(name=note["company"]).update(**made):
        bump("company")
    for model in (Customer, *TRADE):
        for _name, pattern in entity_of(model).numbers():
            if not model._base_manager.exists():
                Counter.objects.filter(key__startswith=pattern.partition("{")[0]).delete()
