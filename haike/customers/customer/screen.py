"""How customers are shown, found and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers import timeline
from haike.customers.customer import panels as pieces
from haike.customers.customer.duplicates import warnings
from haike.customers.customer.queries import CATEGORIES, RESTING, categories_for, people_tree, region_tree
from haike.customers.customer.quick import CUSTOMER_FIELDS, new_view
from haike.customers.customer.record import Customer
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Section, SideGroup
from haike.kernel.policy import Actor

Buttons = Callable[[Customer, Actor], list[Button]]
BUTTONS: list[Buttons] = []
"""What rooms below offer on a customer's page."""
ROW_BUTTONS: list[Buttons] = []
"""What rooms below offer on a row of the list."""


class CustomerEntity(Entity):
    """Customers; rooms below append panels, tabs, figures, and buttons to BUTTONS and ROW_BUTTONS."""

    model = Customer
    slug, icon = "customers", "building"
    columns = [
        "name",
        "main_contact",
        "main_contact__mobile",
        "phone",
        "kind",
        "level",
        "stage",
        "region",
        "last_contact_at",
        "next_contact_at",
        "owner",
        "created_at",
    ]
    categories = CATEGORIES
    sections = [
        Section(
            _("Customer"),
            [
                "name",
                "short_name",
                "mnemonic",
                "form",
                "kind",
                "stage",
                "level",
                "industry",
                "size",
                "nature",
                "source",
                "value",
                "potential",
                "business_line",
                "number",
            ],
        ),
        Section(_("Ways to reach"), ["phone", "mobile", "wechat", "email", "qq", "fax", "website"]),
        Section(_("Place"), ["region", "address", "postcode", "longitude", "latitude"]),
        Section(_("Heat"), ["heat", "heat_reason", "heat_until"]),
        Section(
            _("Contact with us"),
            ["main_contact", "last_contact_at", "last_visit_at", "next_contact_at", "next_contact_what"],
        ),
        Section(_("Group"), ["parent", "dealer"], folded=True),
        Section(_("Credit"), ["credit_rating", "credit_limit", "payment_manner", "debt"], folded=True),
        Section(
            _("Invoices and bank"),
            ["tax_name", "tax_number", "invoice_kind", "bank", "bank_account", "tax_address", "tax_phone"],
            folded=True,
        ),
        Section(
            _("Individual"), ["birthday", "gender", "employer", "post", "preferences", "photo", "remark"], folded=True
        ),
    ]
    quick = CUSTOMER_FIELDS
    facts = ["main_contact", "mobile", "phone", "region", "source", "last_contact_at", "next_contact_at", "owner"]
    badges = ["kind", "level", "heat"]
    search = [
        "name",
        "short_name",
        "mnemonic",
        "number",
        "phone",
        "mobile",
        "email",
        "wechat",
        "contacts__name",
        "contacts__mobile",
    ]
    totals = ["debt"]
    hidden = ["name_key", "birthday_key"]
    settled = ["main_contact", "last_contact_at", "last_visit_at", "next_contact_at", "next_contact_what"]
    panels = [
        Panel("timeline", _("Timeline"), timeline.render, place="main", icon="history"),
        Panel("contacts", _("Contacts"), pieces.contacts, count=pieces.count_contacts, icon="address-book"),
        Panel("chart", _("Organisation chart"), pieces.chart, icon="sitemap"),
        Panel("family", _("Group and related"), pieces.family, count=pieces.count_family, icon="hierarchy"),
        Panel("team", _("Team"), pieces.team, icon="users"),
    ]
    views = {"new": new_view}

    def categories_for(self, user: Actor) -> dict[str, Category]:
        return categories_for(user)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(warnings(values, record, by))

    def side(self, user: Actor) -> list[SideGroup]:
        return [group for group in (people_tree(user, self.label), region_tree(user)) if group]

    def stages(self, record: Any) -> list[tuple[str, Label, str]]:
        path = [
            code
            for code, word in words_of("customer_stage").items()
            if code == record.stage or (word.retired_at is None and code not in RESTING)
        ]
        words = words_of("customer_stage")
        place = path.index(record.stage) if record.stage in path else -1
        return [
            (code, str(words[code]), "current" if at == place else "done" if at < place else "next")
            for at, code in enumerate(path)
        ]

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        base = self.url_of(record)
        found = [button for source in BUTTONS for button in source(record, user)]
        return [*found, Button(_("Business card"), f"{base}card", "id", "drawer")]

    def row_buttons(self, record: Any, user: Actor) -> list[Button]:
        return [button for source in ROW_BUTTONS for button in source(record, user)]


def _figures(record: Customer, user: Actor) -> list[tuple[Label, str]]:
    entity: Entity = Customer._haike_entity  # type: ignore[attr-defined]
    found: list[tuple[Label, str]] = []
    if entity.right(user, "last_contact_at") != "hidden":
        days = (timezone.now() - record.last_contact_at).days if record.last_contact_at else None
        text = "–" if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        found.append((_("Since the last contact"), text))
    for name in ("credit_limit", "debt"):
        if entity.right(user, name) in ("read", "edit") and getattr(record, name):
            look = entity.looks[name]
            found.append((look.label, look.cell(getattr(record, name))))
    return found


CustomerEntity.figure_sources.append(_figures)
