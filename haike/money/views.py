"""Acts with forms of their own: plans from a template, paying back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.currency import CURRENCIES, money_text
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.money.document import GRANT
from haike.money.payment.actions import pay_back
from haike.money.payment.record import Payment
from haike.money.plan.actions import parts_of, plan_from_template
from haike.money.plan.record import PaymentPlan, PlanTemplate, numbers_in
from haike.money.source import SOURCES, Source, amount_of
from haike.people.pages import ask
from haike.refused import Refused
from haike.screens.door import done, find_record
from haike.screens.form import Typed
from haike.screens.table import EntityWords

MOST_TEMPLATES = 50


def pay_back_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how much is paid back and when."""
    user, entity = cast(Any, request.user), entity_of(Payment)
    payment = find_record(entity, user, pk)
    if not user.grants.may_do(GRANT) or not entity.policy.allows(user, "edit", payment):
        raise Http404

    def act(typed: Typed) -> HttpResponse:
        values = typed.values
        amount, remark = values["amount"] or Decimal(0), values["remark"] or ""
        made = pay_back(payment, amount=amount, on=values["on"], remark=remark, by=user)
        return done(request, _("Paid back: %(number)s.") % {"number": made}, entity.url_of(payment))

    return ask(
        request,
        {name: entity.looks[name] for name in ("amount", "on", "remark")},
        act,
        title=_("Pay back"),
        back_url=entity.url_of(payment),
        start={"amount": payment.amount - payment.refunded, "on": today(), "remark": ""},
        entity=EntityWords.of(entity),
    )


def template_view(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Ask by which template the rest of a contract or order is planned, and from which day on."""
    user, entity = cast(Any, request.user), entity_of(PaymentPlan)
    about = entity_of(SOURCES[name])
    source: Source = find_record(about, user, pk)
    if not entity.policy.may(user, "create"):
        raise Http404
    back_url = about.url_of(source)
    templates = list(PlanTemplate.objects.visible_to(user).order_by("name", "id")[:MOST_TEMPLATES])
    chosen = whole(request.POST.get("template"))

    def act(typed: Typed) -> HttpResponse:
        template = next((each for each in templates if each.pk == chosen), None)
        if template is None:
            raise Refused(_("Choose a template."))
        made = plan_from_template(source, template, start=typed.values["due_on"] or today(), by=user)
        return done(request, _("%(count)s instalments are planned.") % {"count": len(made)}, back_url)

    rest = amount_of(source) - source.planned
    places = CURRENCIES[source.currency].places
    offered: list[dict[str, Any]] = []
    for each in templates if rest > 0 else []:
        parts = parts_of(rest, numbers_in(each.shares) or [], places=places)
        text = f"{each.name}: {' / '.join(money_text(part, source.currency) for part in parts)}"
        offered.append({"template": each, "text": text, "chosen": each.pk == chosen or (not chosen and not offered)})
    return ask(
        request,
        {"due_on": entity.looks["due_on"]},
        act,
        title=_("Payment plan from a template"),
        back_url=back_url,
        start={"due_on": source.signed_on or today()},
        entity=EntityWords.of(entity),
        top=render_to_string("money/templates.html", {"offered": offered}, request=request),
    )
