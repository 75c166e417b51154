"""Acts on a quote that are no steps of its flow."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import entity_of
from haike.sales.quote.actions import new_version
from haike.sales.quote.record import Quote
from haike.screens.door import find_record, made


@require_POST
def version_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the next version of a quote and go there."""
    user = cast(Any, request.user)
    quote = find_record(entity_of(Quote), user, pk)
    said = _("Version %(edition)s is a draft. The old one stays as it was sent.")
    return made(request, lambda: new_version(quote, by=user), said)
