"""The review of a customer on its page: passed, refused with a reason, or open again."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.customers.review.act import may_review, review
from haike.customers.review.state import CHECKED, UNCHECKED
from haike.kernel.entity import Button, entity_of
from haike.kernel.policy import Actor
from haike.people.pages import ask
from haike.screens.door import done, find_record
from haike.screens.form import Typed
from haike.screens.table import EntityWords

FIELDS = ["review", "review_reason"]


def buttons(customer: Customer, user: Actor) -> list[Button]:
    """The review on a customer's page."""
    if customer.deleted_at is not None or not may_review(user, customer):
        return []
    return [Button(_("Review"), f"{entity_of(Customer).url_of(customer)}review", "shield-check", "drawer")]


def review_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Verdict and reason in one small form."""
    user, entity = cast(Any, request.user), entity_of(Customer)
    customer = find_record(entity, user, pk)
    if not may_review(user, customer):
        raise Http404
    verdict = CHECKED if customer.review == UNCHECKED else customer.review

    def act(typed: Typed) -> HttpResponse:
        values = typed.values
        after = review(customer, verdict=values["review"], reason=values["review_reason"] or "", by=user)
        said = _("“%(name)s”: %(review)s") % {"name": after, "review": entity.looks["review"].text(after.review)}
        return done(request, said, entity.url_of(after))

    looks = {name: entity.looks[name] for name in FIELDS}
    looks["review_reason"] = copy(looks["review_reason"])
    looks["review_reason"].help = _("Whoever refuses says why; the seller reads it on the customer's page.")
    return ask(
        request,
        looks,
        act,
        title=_("Review"),
        back_url=entity.url_of(customer),
        start={"review": verdict, "review_reason": customer.review_reason},
        entity=EntityWords.of(entity),
    )
