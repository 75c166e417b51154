"""One open claim case in the sample company: a seller says that a customer of another department was his first."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from haike.customers.models import Customer
from haike.dedupe.models import ClaimCase
from haike.kernel.entity import entity_of
from haike.people.models import User

WORDS = "去年在广交会上与采购经理交换了名片，之后两次上门送样，样品签收单可提供。"


def write_claim(users: Iterable[int], first: int) -> None:
    """File the case of the first seller who does not see one of the first customers."""
    label = entity_of(Customer).label
    some = Customer._base_manager.filter(pk__gte=first, pk__lt=first + 200, owner__isnull=False, pool__isnull=True)
    sellers = list(User._base_manager.filter(pk__in=list(users), is_active=True).order_by("pk"))
    for user in sellers:
        seen = set(Customer.objects.visible_to(user).filter(pk__in=some.values("pk")).values_list("pk", flat=True))
        record = some.exclude(pk__in=seen).select_related("owner").order_by("pk").first()
        if record is not None:
            ClaimCase.objects.create(
                entity=label, record_id=record.pk, subject=record.name, claimant=user, owner=record.owner,
                at=timezone.now(), reason="first", evidence=WORDS,
            )  # fmt: skip
            return


def remove_claims(users: Iterable[int], first: int, last: int) -> None:
    """Take out the cases that sample people have about sample customers."""
    rows = ClaimCase.objects.filter(entity=entity_of(Customer).label, record_id__range=(first, last))
    rows.filter(claimant__in=list(users)).delete()
