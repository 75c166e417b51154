"""The statement of account on the screen, on paper and as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from haike.chinese.money import capital_amount
from haike.customers.customer.record import Customer
from haike.exchange.leaving import numbered, workbook
from haike.kernel.currency import CURRENCIES, OWN, money_text
from haike.kernel.entity import Button, entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.statement.ledger import Account, Ledger, may_read, read_ledger
from haike.papers.module import PAPERS
from haike.papers.paper import Paper, declare_paper
from haike.papers.send import send_view
from haike.people.company.profile import company
from haike.refused import Refused
from haike.sales.months import months_on
from haike.screens.door import find_record, refused_page
from haike.sheets.write import Column, SheetWriter

MONEY = (PaymentPlan, Payment)
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTH = re.compile(r"([0-9]{4})(?:\s*[-/.年]\s*([0-9]{1,2})\s*月?|([0-9]{2}))")
OFFERED = 36
"""So many months are offered while one is typed: the browser's own field would speak the browser's language."""


def may_state(user: Actor) -> bool:
    """Whether statements of account are for this reader: he sees plans and payments with their amounts."""
    return all(may_read(user, model) for model in MONEY)


def customer_of(user: Any, pk: int) -> Customer:
    """The customer for whom something is stated; 404 for who may not see him or his money."""
    if not may_state(user):
        raise Http404
    found: Customer = find_record(entity_of(Customer), user, pk)
    return found


def may_take(user: Actor, action: str) -> bool:
    """Whether this reader may export or print plans and payments."""
    return all(entity_of(model).policy.may(user, action) for model in MONEY)


def month_in(text: str) -> date | None:
    """The first day of a month such as 2026-05, 2026/5, 202605 or 2026年5月; None for what is none."""
    found = MONTH.fullmatch(text.strip())
    year, month = (int(found[1]), int(found[2] or found[3])) if found else (0, 0)
    return date(year, month, 1) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


@dataclass(frozen=True)
class Months:
    """The months asked for, this one where nothing sensible was; `fault` says what was wrong."""

    first: date
    last: date
    fault: str = ""

    @classmethod
    def asked(cls, data: QueryDict) -> Months:
        """From what was typed."""
        this = today().replace(day=1)
        begin, end = data.get("from", ""), data.get("to", "")
        first, last = month_in(begin) if begin else this, month_in(end) if end else this
        if first is None or last is None:
            return cls(this, this, _("Enter a month as year and month, such as 2026-05."))
        if not end:
            last = max(first, last)
        if first > last:
            return cls(this, this, _("The first month is after the last."))
        return cls(first, last)

    @property
    def after(self) -> date:
        """The day after the last."""
        return (self.last + timedelta(days=31)).replace(day=1)

    @property
    def text(self) -> str:
        """The days as people write them."""
        return f"{self.first:%Y-%m-%d} – {self.after - timedelta(days=1):%Y-%m-%d}"

    @property
    def query(self) -> str:
        """The part of an address that asks for the same months."""
        return f"from={self.first:%Y-%m}&to={self.last:%Y-%m}"

    def jumps(self) -> list[tuple[str, str]]:
        """Months that are often asked for, as parts of addresses."""
        this = today().replace(day=1)
        last = (this - timedelta(days=1)).replace(day=1)
        year = this.replace(month=1)
        return [
            (_("Last month"), f"from={last:%Y-%m}&to={last:%Y-%m}"),
            (_("This month"), f"from={this:%Y-%m}&to={this:%Y-%m}"),
            (_("This year"), f"from={year:%Y-%m}&to={this:%Y-%m}"),
        ]


def statement_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; by the months typed."""
    user = cast(Any, request.user)
    customer = customer_of(user, pk)
    months = Months.asked(request.GET)
    context = {
        **_context(customer, user, months),
        "may_print": may_take(user, "print"), "may_export": may_take(user, "export"),
        "may_send": may_take(user, "print") and PAPERS.is_on() and not months.fault,
        "known": [f"{months_on(today().replace(day=1), -number):%Y-%m}" for number in range(OFFERED)],
        "typed_from": (months.fault and request.GET.get("from")) or f"{months.first:%Y-%m}",
        "typed_to": (months.fault and request.GET.get("to")) or f"{months.last:%Y-%m}",
    }  # fmt: skip
    return render(request, "money/statement.html", context, status=422 if months.fault else 200)


@require_POST
def paper_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a page for the printer, with a number in the log of exports."""
    user = cast(Any, request.user)
    customer = customer_of(user, pk)
    if not may_take(user, "print"):
        raise Http404
    months = Months.asked(request.POST)
    context = _context(customer, user, months)
    label = entity_of(Payment).label
    try:
        export = numbered(user, label, "print", words=_words(customer, months), rows=context["number"])
    except Refused as no:
        return refused_page(request, no)
    return render(request, "money/statement_paper.html", {**context, "export": export, "sender": company()})


STATEMENT = "statement"
declare_paper(STATEMENT, lambda user, _customer: may_state(user) and may_take(user, "print"))


def send_statement_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the same by a link, frozen as it is now: what the customer confirms must not change under his hand."""
    user = cast(Any, request.user)
    customer = customer_of(user, pk)
    if not may_take(user, "print"):
        raise Http404
    months = Months.asked(request.POST if request.method == "POST" else request.GET)
    context = {**_context(customer, user, months), "export": True, "sender": company()}
    label, words = entity_of(Payment).label, _words(customer, months)
    paper = Paper(
        STATEMENT,
        customer,
        title=f"{_('Statement of account')} {months.text}",
        sheet=lambda: render_to_string("money/statement_sheet.html", context),
        note=lambda form: numbered(user, label, form, words=words, rows=context["number"]),
        back_url=f"{entity_of(Customer).url_of(customer)}statement?{months.query}",
        warning=_("This customer has documents that you do not see; the statement has only those that you see.")
        if context["partial"]
        else "",
    )
    return send_view(request, paper, hidden={"from": f"{months.first:%Y-%m}", "to": f"{months.last:%Y-%m}"})


@require_POST
def file_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same as a workbook with a sheet for each currency."""
    user = cast(Any, request.user)
    customer = customer_of(user, pk)
    if not may_take(user, "export"):
        raise Http404
    months = Months.asked(request.POST)
    ledger = read_ledger(customer, user)
    accounts = ledger.accounts(months.first, months.after)

    def write(writer: SheetWriter) -> None:
        for account in accounts:
            _sheet(writer, account, months)

    try:
        label, words = entity_of(Payment).label, _words(customer, months)
        export = numbered(user, label, "xlsx", words=words, rows=_number(accounts))
        return workbook(export, user, _("Statement of account"), write=write)
    except Refused as no:
        return refused_page(request, no)


def _words(customer: Customer, months: Months) -> str:
    return _("Statement of account of %(customer)s, %(days)s") % {"customer": customer, "days": months.text}


def _number(accounts: list[Account]) -> int:
    return sum(len(month.lines) for account in accounts for month in account.months)


def _context(customer: Customer, user: Any, months: Months) -> dict[str, Any]:
    ledger: Ledger = read_ledger(customer, user)
    accounts = ledger.accounts(months.first, months.after)
    return {
        "customer": customer, "url": entity_of(customer).url_of(customer), "months": months,
        "partial": ledger.partial, "number": _number(accounts), "accounts": [_texts(each) for each in accounts],
    }  # fmt: skip


def _texts(account: Account) -> dict[str, Any]:
    """An account in the words of the page."""

    def text(amount: Any) -> str:
        return money_text(amount, account.currency)

    months = [
        {
            "label": date_format(month.first, "YEAR_MONTH_FORMAT"), "debit": text(month.debit),
            "credit": text(month.credit), "balance": text(month.balance),
            "lines": [
                {
                    "entry": line.entry, "balance": text(line.balance),
                    "debit": text(line.entry.debit) if line.entry.debit else "",
                    "credit": text(line.entry.credit) if line.entry.credit else "",
                }
                for line in month.lines
            ],
        }
        for month in account.months
    ]  # fmt: skip
    own = account.currency == OWN() == "CNY"
    return {
        "currency": CURRENCIES[account.currency].label, "months": months, "opening": text(account.opening),
        "debit": text(account.debit), "credit": text(account.credit), "closing": text(account.closing),
        "owed": account.closing > 0, "theirs": text(-account.closing) if account.closing < 0 else "",
        "capital": capital_amount(account.closing) if own else "",
        "later": text(account.later) if account.later else "",
    }  # fmt: skip


def _sheet(writer: SheetWriter, account: Account, months: Months) -> None:
    owed, paid = pgettext("in the period", "Owed"), pgettext("in the period", "Paid")
    heads = [
        Column(_("Day"), "date"), Column(_("Document")), Column(owed, "money"), Column(paid, "money"),
        Column(_("Balance"), "money"),
    ]  # fmt: skip
    writer.add_sheet(f"{_('Statement of account')} {account.currency}", heads)
    writer.write_row([months.first, _("Opening balance"), None, None, account.opening])
    for month in account.months:
        for line in month.lines:
            entry = line.entry
            writer.write_row([entry.day, entry.label, entry.debit or None, entry.credit or None, line.balance])
        label = _("Sum of %(month)s") % {"month": date_format(month.first, "YEAR_MONTH_FORMAT")}
        writer.write_row([None, label, month.debit, month.credit, month.balance])
    last = months.after - timedelta(days=1)
    writer.write_row([last, _("Closing balance"), account.debit, account.credit, account.closing])


def statement_buttons(record: Any, user: Actor) -> list[Button]:
    """The way to it from the page of a customer."""
    if record.deleted_at is not None or not may_state(user):
        return []
    url = f"{entity_of(Customer).url_of(record)}statement"
    # Who may not change the customer, as a cashier, is here for this.
    first = not entity_of(Customer).policy.allows(user, "edit", record)
    return [Button(_("Statement of account"), url, "file-text", primary=first)]
