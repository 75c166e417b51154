"""How customers are shown, found and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.customers import timeline
from haike.customers.customer import panels as pieces
from haike.customers.customer import worth
from haike.customers.customer.heat_views import buttons as heat_buttons
from haike.customers.customer.heat_views import list_button as hot_first_button
from haike.customers.customer.queries import CATEGORIES, RESTING, categories_for, people_tree, region_tree
from haike.customers.customer.quick import CUSTOMER_FIELDS, new_view
from haike.customers.customer.record import Customer, name_key
from haike.customers.health import panel as health
from haike.customers.paper.views import print_button
from haike.customers.review.views import buttons as review_buttons
from haike.dedupe.guard import warnings
from haike.dedupe.lookup import list_button as lookup_button
from haike.dedupe.scan.screen import list_button
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Button, Category, Companion, Entity, Label, Panel, Section, SideGroup
from haike.kernel.policy import Actor

Buttons = Callable[[Customer, Actor], list[Button]]
BUTTONS: list[Buttons] = []
"""What rooms below offer on a customer's page."""
ROW_BUTTONS: list[Callable[[Actor], Callable[[Customer], list[Button]]]] = []
"""What rooms below offer on a row of the list: of its reader, as a function of the customer."""


class CustomerEntity(Entity):
    """Customers; rooms below append panels, tabs, figures, and buttons to BUTTONS and ROW_BUTTONS."""

    model = Customer
    slug, icon = "customers", "building"
    titled_by = ["name"]
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
                "satisfaction",
                "business_line",
                "number",
            ],
        ),
        Section(_("Ways to reach"), ["phone", "mobile", "wechat", "email", "qq", "fax", "website"]),
        Section(_("Place"), ["region", "address", "postcode", "longitude", "latitude"]),
        Section(_("Heat"), ["heat", "heat_reason", "heat_until"]),
        Section(
            _("Contact with us"),
            [
                "main_contact",
                "last_contact_at",
                "last_visit_at",
                "next_contact_at",
                "next_contact_what",
                "next_contact_manner",
                "rhythm_days",
                "attention_on",
            ],
        ),
        Section(_("Purchases"), ["bought_on", "bought_year", "bought_total", "profit_group", "order_group"]),
        Section(_("Risk check"), ["review", "review_reason", "reviewed_at"], folded=True),
        Section(_("Group"), ["parent", "dealer"], folded=True),
        Section(
            _("Credit"),
            [
                "price_class",
                "credit_rating",
                "credit_limit",
                "payment_manner",
                "opening_debt",
                "debt",
                "prepaid",
            ],
            folded=True,
        ),
        Section(
            _("Invoices and bank"),
            ["tax_name", "tax_number", "invoice_kind", "bank", "bank_account", "tax_address", "tax_phone"],
            folded=True,
        ),
        Section(
            _("Whose it is"),
            ["pool", "pooled_at", "owned_since", "protected_until", "advanced_at", "dealt_at"],
            folded=True,
        ),
        Section(
            _("Individual"), ["birthday", "gender", "employer", "post", "preferences", "photo", "remark"], folded=True
        ),
    ]
    quick = CUSTOMER_FIELDS
    facts = ["main_contact", "mobile", "phone", "region", "source", "last_contact_at", "next_contact_at", "owner"]
    badges = ["kind", "level", "heat"]
    lines = "business_line"
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
        "contacts__called",
        "contacts__mobile",
    ]
    companions = [Companion("customers.contact", "customer", prefers=("mobile", "wechat", "qq", "email"))]
    synonyms = {
        "name": (
            "客户名称",
            "客户全称",
            "公司名称",
            "公司",
            "单位名称",
            "企业名称",
            "客户",
            "company",
            "company name",
            "customer",
        ),
        "short_name": ("客户简称", "公司简称", "简称"),
        "phone": ("公司电话", "单位电话", "座机", "固话", "固定电话", "联系电话", "电话号码", "tel", "telephone"),
        "mobile": ("公司手机", "客户手机"),
        "region": ("省市区", "所在地区", "地区", "所属区域", "省市", "area"),
        "address": ("详细地址", "公司地址", "单位地址", "联系地址"),
        "source": ("客户来源", "来源渠道", "渠道"),
        "industry": ("所属行业", "行业类别", "客户行业"),
        "level": ("客户级别", "客户等级", "等级", "级别"),
        "next_contact_at": ("下次联系时间", "下次联系日期", "下次跟进", "下次跟进时间", "下次跟进日期"),
        "last_contact_at": ("最近联系时间", "最后联系时间", "最近跟进", "最后跟进", "最后跟进时间", "最近跟进时间"),
        "kind": ("客户类型", "客户种类", "客户性质", "类型"),
        "stage": ("客户阶段", "客户状态", "跟进阶段", "状态"),
        "owner": ("业务员", "销售", "跟进人", "客户经理", "销售员", "归属人", "salesperson"),
        "website": ("官网", "公司网址", "网站"),
        "tax_number": ("税号", "纳税人识别号", "统一社会信用代码", "信用代码"),
        "remark": ("备注信息", "说明", "note", "notes"),
        "email": ("邮箱", "电子邮箱", "公司邮箱"),
        "opening_debt": ("期初应收", "期初余额", "应收期初", "期初应收余额"),
        "wechat": ("微信号",),
    }
    match = ["number", "name_key", "tax_number"]
    hidden = ["name_key", "address_key", "birthday_key", "heat_rank"]
    totals = ["debt", "prepaid", "credit_limit", "bought_year", "bought_total"]
    settled = [
        "main_contact",
        "last_contact_at",
        "last_visit_at",
        "next_contact_at",
        "next_contact_what",
        "next_contact_manner",
        "rhythm_days",
        "attention_on",
        "advanced_at",
        "dealt_at",
        "review",
        "review_reason",
        "reviewed_at",
        "bought_on",
        "bought_year",
        "bought_total",
        "profit_group",
        "order_group",
        "debt",
        "prepaid",
    ]
    panels = [
        Panel("health", _("What to do next"), health.render, place="main", icon="heartbeat"),
        Panel("timeline", _("Timeline"), timeline.render, icon="history"),
        Panel("contacts", _("Contacts"), pieces.contacts, count=pieces.count_contacts, icon="address-book"),
        Panel("chart", _("Organisation chart"), pieces.chart, icon="sitemap"),
        Panel("family", _("Group and related"), pieces.family, count=pieces.count_family, icon="hierarchy"),
        Panel("team", _("Team"), pieces.team, icon="users"),
        Panel("worth", _("Value and satisfaction"), worth.render, icon="chart-line"),
    ]
    views = {"new": new_view}

    @cached_property
    def pinyin_keys(self) -> dict[str, str]:
        """Heat sorts by its rank, not by the letters of its code."""
        return {**super().pinyin_keys, "heat": "heat_rank"}

    def categories_for(self, user: Actor) -> dict[str, Category]:
        return categories_for(user)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(warnings(self, values, record, by))

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
        found = [button for source in (*BUTTONS, heat_buttons) for button in source(record, user)]
        found.append(Button(_("Business card"), f"{base}card", "id", "drawer"))
        if record.longitude is not None and self.right(user, "longitude") in ("read", "edit"):
            found.append(Button(_("On the map"), map_url(record), "map-pin"))
        return [*found, *review_buttons(record, user), *print_button(record, user)]

    def match_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An import knows a customer again by number, tax number or the core of its name."""
        return super().match_values({**values, "name_key": name_key(values.get("name") or "")})

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [lookup_button(self), list_button(self)]
        if self.right(user, "heat") in ("read", "edit"):
            found.append(hot_first_button(user))
        if all(self.right(user, name) in ("read", "edit") for name in ("longitude", "latitude")):
            found.append(Button(_("Map"), reverse("customers:map"), "map"))
        if self.policy.may(user, "create"):
            found.insert(0, Button(_("Several customers"), f"{self.url}grid", "table-plus"))
        return found

    def row_buttons(self, user: Actor) -> Callable[[Any], list[Button]]:
        sources = [source(user) for source in ROW_BUTTONS]
        return lambda record: [button for source in sources for button in source(record)]


def map_url(customer: Customer) -> str:
    """Where a map shows the place; on a phone it opens the map program, which leads there."""
    place = f"{customer.longitude},{customer.latitude}"
    return f"https://uri.amap.com/marker?position={place}&name={quote(customer.name)}"


def _figures(record: Customer, user: Actor) -> list[tuple[Label, str]]:
    entity: Entity = Customer._haike_entity  # type: ignore[attr-defined]
    found: list[tuple[Label, str]] = []
    if entity.right(user, "last_contact_at") != "hidden":
        # Days of the calendar, as in what the page says of the customer's own rhythm.
        last = record.last_contact_at
        days = (timezone.localdate() - timezone.localdate(last)).days if last else None
        text = "–" if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        found.append((_("Since the last contact"), text))
    if entity.right(user, "next_contact_at") != "hidden" and record.next_contact_at:
        days = (timezone.localdate(record.next_contact_at) - timezone.localdate()).days
        label = _("Until the next contact") if days >= 0 else _("Next contact overdue")
        found.append((label, ngettext("%(days)s day", "%(days)s days", abs(days)) % {"days": abs(days)}))
    for name in ("credit_limit", "debt", "prepaid"):
        if entity.right(user, name) in ("read", "edit") and (name != "prepaid" or record.prepaid):
            look = entity.looks[name]
            found.append((look.label, look.cell(getattr(record, name))))
    return found


CustomerEntity.figure_sources.append(_figures)
