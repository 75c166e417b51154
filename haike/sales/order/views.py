"""Acts on an order and on a quote that becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.catalog.lines.compare import compared
from haike.digits import whole
from haike.kernel.entity import Section, entity_of
from haike.kernel.look import Look
from haike.refused import Conflict, Refused
from haike.sales.order.actions import amend, order_from
from haike.sales.order.record import SIGNED, Order
from haike.sales.order.rules import AMENDED
from haike.sales.quote.record import Quote
from haike.screens.door import done, find_record, made, refused_page
from haike.screens.form import FormPage, Typed, form_looks, render_form
from haike.screens.table import EntityWords


@require_POST
def order_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the order of a quote and go there."""
    user = cast(Any, request.user)
    quote = find_record(entity_of(Quote), user, pk)
    said = _("Order %(number)s is a draft with the lines of the quote.")
    return made(request, lambda: order_from(quote, by=user), said)


def amend_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a signed order: why, and what."""
    user, entity = cast(Any, request.user), entity_of(Order)
    order = find_record(entity, user, pk)
    if not entity.policy.allows(user, "edit", order):
        return refused_page(request, Refused(_("You may look at this record, but not change it.")))
    if order.state != SIGNED:
        return refused_page(request, Refused(_("Only a signed order is amended.")))
    names = [name for name in AMENDED if name in form_looks(entity, user, record=order)]
    looks = {name: entity.looks[name] for name in ["amend_reason", *names]}
    typed = Typed(looks, user)
    typed.start({name: looks[name].get(order) for name in names})
    status, top = 200, SafeString("")
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            values = {**typed.values}
            reason = str(values.pop("amend_reason", "") or "")
            try:
                after = amend(order, reason=reason, by=user, version=whole(request.POST.get("version")), **values)
            except Conflict:
                order = find_record(entity, user, pk)
                typed.message, top = _crossed(order, looks, values)
            except Refused as no:
                typed.refuse(no)
            else:
                told = str(_("Amendment %(number)s of order %(order)s is in force."))
                told %= {"number": after.amended, "order": after.number}
                return done(request, told, entity.url_of(after))
        status = 422
    page = FormPage(
        title=_("Amendment %(number)s of order %(order)s") % {"number": order.amended + 1, "order": order.number},
        action=request.path,
        sections=[],
        entity=EntityWords.of(entity),
        version=order.version,
        hidden={"customer": order.customer_id, "currency": order.currency},
        back_url=entity.url_of(order),
        buttons=[{"label": _("Amend"), "primary": True, "name": "", "value": ""}],
    )
    page.top = top
    return render_form(request, page, typed, [Section("", list(looks))], status)


def _crossed(order: Order, looks: Mapping[str, Look], typed: Mapping[str, Any]) -> tuple[str, SafeString]:
    """What to say when somebody else was quicker, and what sending this amendment again would change by now."""
    last = order.amendments.select_related("by").order_by("number").last()
    said = str(_("Somebody else has saved this record in the meantime. Please look again."))
    if last is not None:
        told = _("Last: amendment %(number)s by %(name)s, “%(reason)s”. If you send yours again, it changes this:")
        said += " " + told % {"number": last.number, "name": last.by or _("Haike"), "reason": last.reason}
    if "lines" not in typed:
        return said, SafeString("")
    look = looks["lines"]
    return said, compared(look.to_json(look.stored(order)), look.to_json(typed["lines"]), order.currency)
