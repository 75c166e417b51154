"""Taking the sample company out again, without what people have made or changed in it.

A customer of the sample stays when somebody changed it or wrote anything about it, and with it stay its contacts and
follow-ups. People of the sample stay, with closed accounts, when they are named somewhere: the log forgets nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.models import Contact, Customer
from haike.files.models import Attachment
from haike.jobs.declare import job
from haike.kernel import progress, search
from haike.kernel.entity import entity_of
from haike.kernel.log import Change, origin
from haike.kernel.numbers import Counter
from haike.kernel.option import OptionValue
from haike.kernel.preference import Visit
from haike.kernel.record import writer
from haike.kernel.versioned import bump
from haike.people.authority import keeping_a_boss
from haike.people.company.record import CompanyProfile
from haike.people.grants import grants_of, organisation_changed
from haike.people.models import Department, User
from haike.refused import Refused
from haike.site.guide import SAMPLE
from haike.site.prepared import SAMPLE_ACCOUNTS
from haike.talk.models import Comment
from haike.work.models import FollowUp

WINDOW = 1_000
AT_ONCE = 5_000
"""Up to so many customers the page waits; more are a job."""

# From each kind of row to the customer that it is about.
CHAIN: dict[type[models.Model], str] = {Customer: "", Contact: "customer", FollowUp: "customer"}

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
    ranges = {model: _range(note, model) for model in CHAIN}
    staying = _staying(ranges)
    first, last = ranges[Customer]
    for low in range(first, last + 1, WINDOW):
        _remove_window(low, min(low + WINDOW - 1, last), staying, done)
        report(min(low + WINDOW, last) - first, last - first + 1)
    with transaction.atomic(), writer(), keeping_a_boss():
        _remove_people(note, by, done)
        _remove_company(note)
        OptionValue.objects.filter(key=SAMPLE).delete()
        bump("options")
        Change(
            entity="kernel.option", record_id=0, at=timezone.now(), by_id=by.pk, by_name=by.name, origin=origin.get(),
            action="change", diff={str(_("Sample company")): [done.customers + done.kept, done.kept]},
        ).save(force_insert=True)  # fmt: skip
    if not settings.HAIKE_HOSTED:
        (settings.HAIKE_DATA / SAMPLE_ACCOUNTS).unlink(missing_ok=True)
    return done


def _range(note: dict[str, Any], model: type[models.Model]) -> tuple[int, int]:
    first, count = note["rows"][entity_of(model).label]
    return first, first + count - 1


def _staying(ranges: dict[type[models.Model], tuple[int, int]]) -> set[int]:
    """The customers that somebody has changed, or that anything made by a user hangs on."""
    found: set[int] = set()
    for model, path in CHAIN.items():
        inside = Q(pk__range=ranges[model])
        rows = model._base_manager.filter(inside, version__gt=1, deleted_at=None)
        found |= set(rows.values_list(f"{path}_id" if path else "pk", flat=True))
        for relation in model._meta.related_objects:
            field, other = relation.field, relation.related_model
            if field.many_to_many:
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
        for model in (FollowUp, Contact, Customer):
            path = CHAIN[model]
            for some in _some(sorted(going)):
                _erase(model, model._base_manager.filter(**{f"{path}__in" if path else "pk__in": some}))


def _some(keys: list[int], size: int = 500) -> Iterator[list[int]]:
    for place in range(0, len(keys), size):
        yield keys[place : place + size]


def _erase(model: type[models.Model], rows: models.QuerySet[Any]) -> None:
    """Delete rows for good with their log, visits and search texts; nothing refers to them any more."""
    keys = list(rows.values_list("pk", flat=True))
    label = entity_of(model).label
    for some in _some(keys):
        for other in (Change, Visit):
            own = other._base_manager.filter(entity=label, record_id__in=some)
            own._raw_delete(own.db)
        chosen = model._base_manager.filter(pk__in=some)
        chosen._raw_delete(chosen.db)
    search.erase(connection, model, keys)


def _remove_people(note: dict[str, Any], by: Any, done: Removed) -> None:
    """Delete the people nobody has named; close the accounts of the others. A lone administrator stays."""
    everybody = User._base_manager.filter(pk__in=note["users"]).exclude(pk=by.pk)
    if not grants_of(by.pk).may_do("boss"):
        everybody = everybody.exclude(roles__key="boss")
    keys = list(everybody.values_list("pk", flat=True))
    Department._base_manager.filter(pk__in=note["departments"]).update(manager=None)
    User._base_manager.filter(pk__in=note["users"]).update(manager=None)
    for user in User._base_manager.filter(pk__in=keys):
        if _delete(user, owner=None, created_by=None, changed_by=None):
            done.people += 1
        else:
            done.closed += 1
            facts = {"is_active": False, "closed_at": timezone.now(), "version": user.version + 1}
            User._base_manager.filter(pk=user.pk, is_active=True).update(**facts)
    if by.pk in note["users"]:
        # Its password was told to everybody who tried the examples.
        User._base_manager.filter(pk=by.pk).update(must_change_password=True)
    departments = Department._base_manager.filter(pk__in=note["departments"])
    # Who removes the examples may be one of them; he keeps his account, not its place.
    User._base_manager.filter(pk=by.pk, department__in=departments).update(department=None)
    for department in sorted(departments, key=lambda each: -each.depth):
        _delete(department, parent=None)
    organisation_changed()


def _delete(record: User | Department, **cleared: Any) -> bool:
    """Delete a row and its log; False where something still refers to it."""
    model = type(record)
    try:
        with transaction.atomic():
            if cleared:
                model._base_manager.filter(pk=record.pk).update(**cleared)
            own = Change._base_manager.filter(entity=entity_of(model).label, record_id=record.pk)
            own._raw_delete(own.db)
            record.delete()
            search.erase(connection, model, [record.pk])
    except (models.ProtectedError, IntegrityError):
        return False
    return True


def _remove_company(note: dict[str, Any]) -> None:
    """The name of the sample company and, once no customer is left, the counters of its numbers."""
    if note["company"] and CompanyProfile.objects.filter(name=note["company"]).update(name="", short_name=""):
        bump("company")
    if not Customer._base_manager.exists():
        pattern = str(Customer._meta.get_field("number").pattern)
        Counter.objects.filter(key__startswith=pattern.partition("{")[0]).delete()
