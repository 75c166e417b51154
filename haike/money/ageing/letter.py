"""The letter that reminds a customer of what is overdue, by a text of the company's own."""

from __future__ import annotations

import re
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from haike.customers.customer.record import Customer
from haike.exchange.leaving import numbered
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import entity_of
from haike.kernel.option import option
from haike.kernel.period import today
from haike.money.document import NOUGHT
from haike.money.plan.record import PaymentPlan
from haike.money.source import owed
from haike.money.statement.page import customer_of, may_state, may_take
from haike.papers.module import PAPERS
from haike.papers.paper import Paper, declare_paper
from haike.papers.record import PaperLink
from haike.papers.send import send_view
from haike.papers.server import mail_server
from haike.people.company.profile import company
from haike.refused import Refused
from haike.screens.door import refused_page

TEXT = option(
    "money.reminder_letter",
    "您好！截至{日期}，贵方尚有 {笔数} 笔款项共计 {金额} 已逾期，最长逾期 {天数} 天。"
    "请核对以下明细并尽快安排付款；如已付款，请忽略本函。"
    "有任何疑问，请与我们联系。",
    gettext_lazy("Text of the payment reminder to customers"),
    group=gettext_lazy("Payments"),
    help=gettext_lazy(
        "In curly brackets, customer, day, number, amount, days and company stand for what the letter is about."
    ),
)


def overdue_of(customer: Customer, user: Any) -> list[Any]:
    """The overdue plans of a customer that this reader sees, the oldest first."""
    rows: Any = PaymentPlan.objects.visible_to(user).filter(
        owed(), customer=customer.pk, open__gt=0, due_on__lt=today()
    )
    return list(rows.filter(archived_at__isnull=True).order_by("due_on", "pk"))


def filled(text: str, customer: Customer, plans: list[Any]) -> str:
    """The text with what it is about; braces around anything else stay as they are."""
    sums: dict[str, Any] = {}
    for plan in plans:
        sums[plan.currency] = sums.get(plan.currency, NOUGHT) + plan.open
    amounts = [money_text(amount, code) for code, amount in sorted(sums.items(), key=lambda pair: pair[0] != OWN())]
    day = today()
    words = {
        ("客户", "customer"): customer.name,
        ("日期", "day"): f"{day.year}年{day.month}月{day.day}日",
        ("笔数", "number"): str(len(plans)),
        ("金额", "amount"): "、".join(amounts),
        ("天数", "days"): str((day - plans[0].due_on).days),
        ("公司", "company"): company().name,
    }
    # In one go, so that braces in a customer's name stay what they are.
    said = {f"{{{name}}}": value for names, value in words.items() for name in names}
    return re.sub("|".join(map(re.escape, said)), lambda found: said[found[0]], text)


def _letter(request: HttpRequest, pk: int) -> dict[str, Any]:
    user = cast(Any, request.user)
    customer = customer_of(user, pk)
    plans = overdue_of(customer, user)
    day = today()
    rows = [
        {
            "plan": plan, "url": entity_of(plan).url_of(plan), "amount": money_text(plan.amount, plan.currency),
            "open": money_text(plan.open, plan.currency), "days": (day - plan.due_on).days,
        }
        for plan in plans
    ]  # fmt: skip
    text = filled(str(TEXT()), customer, plans) if plans else ""
    lines = [
        _("%(plan)s: due on %(day)s, open %(open)s")
        % {"plan": row["plan"], "day": row["plan"].due_on.isoformat(), "open": row["open"]}
        for row in rows
    ]
    return {
        "customer": customer, "url": entity_of(customer).url_of(customer), "rows": rows, "text": text, "day": day,
        "sender": company(), "copied": "\n".join([text, "", *lines]), "title": _("Payment reminder"),
    }  # fmt: skip


REMINDER = "payment_reminder"
declare_paper(REMINDER, lambda user, _customer: may_state(user) and may_take(user, "print"))


def reminded(customers: list[int]) -> dict[int, PaperLink]:
    """The reminder that each of these customers was sent last."""
    label = entity_of(Customer).label
    rows = PaperLink.objects.filter(entity=label, record_id__in=customers, kind=REMINDER).select_related("by")
    return {link.record_id: link for link in rows.defer("html", "sealed", "code").order_by("id")}


def letter_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to read, to copy, to print and to send."""
    context = _letter(request, pk)
    context["may_print"] = may = may_take(cast(Any, request.user), "print")
    context["may_send"] = may and PAPERS.is_on()
    context["by_mail"] = mail_server() is not None
    context["last"] = reminded([pk]).get(pk) if may else None
    return render(request, "money/letter.html", context)


@require_POST
def paper_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter on paper, with a number in the log of exports."""
    user = cast(Any, request.user)
    context = _letter(request, pk)
    if not may_take(user, "print") or not context["rows"]:
        raise Http404
    words = _words(context)
    try:
        export = numbered(user, entity_of(PaymentPlan).label, "print", words=words, rows=len(context["rows"]))
    except Refused as no:
        return refused_page(request, no)
    return render(request, "money/letter_paper.html", {**context, "export": export})


def send_letter_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter by a link, by e-mail too; the customer's log and tab of sent papers tell that it went."""
    user = cast(Any, request.user)
    context = _letter(request, pk)
    if not may_take(user, "print") or not context["rows"]:
        raise Http404
    customer, label = context["customer"], entity_of(PaymentPlan).label
    paper = Paper(
        REMINDER,
        customer,
        title=f"{context['title']} {context['day'].isoformat()}",
        sheet=lambda: render_to_string("money/letter_sheet.html", {**context, "export": True}),
        note=lambda form: numbered(user, label, form, words=_words(context), rows=len(context["rows"])),
        back_url=f"{context['url']}payment-reminder",
        words=context["text"],
    )
    return send_view(request, paper)


def _words(context: dict[str, Any]) -> str:
    return _("Payment reminder to %(customer)s") % {"customer": context["customer"]}
