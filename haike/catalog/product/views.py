"""The pages of products that not every kind of record has."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.catalog.product.entity import confirm_cost
from haike.catalog.product.record import Product
from haike.kernel.entity import entity_of
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page


@require_POST
def cost_checked_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked at the cost of a product, and it is right."""
    entity, user = entity_of(Product), cast(Any, request.user)
    product = find_record(entity, user, pk, action="edit")
    try:
        confirm_cost(product, by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("The cost of “%(name)s” is marked as checked.") % {"name": product}, entity.url_of(product))
