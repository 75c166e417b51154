"""How quotes are shown, found and written."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.compare import compared
from haike.catalog.lines.history import SOURCES
from haike.catalog.lines.panel import lines_panel
from haike.catalog.lines.record import PricedEntity
from haike.catalog.paper.kinds import Kind, print_by_template
from haike.catalog.paper.views import paper_button
from haike.customers.customer.queries import people_side
from haike.customers.customer.record import Customer
from haike.kernel.change import GUARDS
from haike.kernel.currency import money_text
from haike.kernel.entity import Button, Category, Panel, Related, Section, SideGroup, entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.sales.contract.record import Contract
from haike.sales.order.record import Order
from haike.sales.quote.actions import made_from, refused_quotes
from haike.sales.quote.flow import QuoteFlow
from haike.sales.quote.record import ACCEPTED, DECLINED, DRAFT, OPEN, REPLACED, SENT, Quote

ORDERABLE = (DRAFT, SENT, ACCEPTED)
"""The states in which a quote becomes an order."""


def _panel(request: HttpRequest, quote: Quote) -> str:
    """The lines, and what this version has changed for whoever may see the one before, too."""
    shown, user = lines_panel(quote, request.user), cast(Any, request.user)
    entity = entity_of(Quote)
    before = Quote.objects.visible_to(user).filter(pk=quote.replaces_id).first() if quote.replaces_id else None
    if before is None or entity.right(user, "lines") not in ("edit", "read"):
        return shown
    look = entity.looks["lines"]
    was, now = [look.to_json(look.stored(each)) for each in (before, quote)]
    changes = compared(was, now, quote.currency)
    money = entity.right(user, "total") in ("edit", "read")
    sums = [money_text(each.total, each.currency) for each in (before, quote)] if money else []
    about = {"before": before, "url": entity.url_of(before), "changes": changes, "sums": sums}
    return shown + render_to_string("sales/quote/version.html", about)


def _open(user: Actor) -> Q:
    return Q(state=SENT, valid_until__gte=today())


def _expired(user: Actor) -> Q:
    return Q(state__in=OPEN, valid_until__lt=today())


def _overdue(request: HttpRequest, quote: Quote) -> str:
    """Beside the name of an offer whose last day is over."""
    return format_html('<span class="tag tag-red">{}</span>', _("Expired")) if quote.expired else ""


class QuoteEntity(PricedEntity):
    """Quotes are listed by state; what follows from the lines is never typed."""

    model, flow = Quote, QuoteFlow
    slug, icon, title = "quotes", "file-dollar", "number"
    titled_by = ["number", "subject"]
    columns = [
        "number", "subject", "customer", "total", "currency", "state", "quoted_on", "valid_until", "owner",
        "created_at",
    ]  # fmt: skip
    categories = {
        "draft": Category(_("Drafts"), Q(state=DRAFT)),
        "sent": Category(_("Sent"), _open),
        "expired": Category(_("Expired"), _expired),
        "accepted": Category(_("Accepted"), Q(state=ACCEPTED)),
        "declined": Category(_("Declined"), Q(state=DECLINED)),
        "current": Category(_("Latest versions"), ~Q(state=REPLACED)),
    }
    sections = [
        Section(
            _("Quote"),
            ["number", "subject", "customer", "contact", "opportunity", "quoted_on", "valid_until", "currency", "taxed",
             "edition", "replaces"],
        ),
        Section(_("Lines"), ["lines", "discount", "by_hand"]),
        Section(_("Totals"), ["before", "net", "tax", "total", "worth"]),
        Section(_("Terms"), ["terms", "remark"]),
    ]  # fmt: skip
    facts = ["customer", "contact", "total", "valid_until", "owner"]
    badges = ["state"]
    search = ["number", "subject", "customer__name"]
    totals = ["worth"]
    hidden = ["rounding"]
    importable = False
    help_page = "quotes"
    synonyms = {"number": ("报价单号", "quote number"), "subject": ("主题", "标题", "报价主题")}
    panels = [
        Panel("expired", _("Expired"), _overdue, place="head", icon="calendar-off"),
        Panel("lines", _("Lines"), _panel, icon="list-details"),
    ]

    tabs = [
        Related(
            "sales.order", "quote",
            columns=["number", "subject", "total", "received", "state", "shipping", "payment", "signed_on", "owner"],
        )
    ]  # fmt: skip

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        found = paper_button(record, user)
        if record.state in (SENT, DECLINED) and self.policy.allows(user, "edit", record):
            found.append(Button(_("New version"), f"{self.url_of(record)}version", "versions", "post"))
        orders = record.state in ORDERABLE and record.deleted_at is None and user.grants.may("sales.order", "create")
        orders = orders and all(made_from(record, each) is None for each in (Order, Contract))
        if orders and self.policy.allows(user, "edit", record):
            found.append(Button(_("Make the order"), f"{self.url_of(record)}order", "shopping-cart", "post"))
        return found


print_by_template(Kind("sales.quote", _("Quotation"), ("customer", "contact", "quoted_on", "valid_until", "owner")))
GUARDS.append(refused_quotes)
SOURCES.append((Quote, "quoted_on"))
QUOTES_OF_CUSTOMER = Related(
    "sales.quote", "customer", columns=["number", "subject", "total", "state", "quoted_on", "valid_until", "owner"]
)
entity_of(Customer).tabs.append(QUOTES_OF_CUSTOMER)
