"""How products are shown, found and written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import Tree, tree
from haike.catalog.category.look import CategoryLook, made_of
from haike.catalog.category.record import ProductCategory
from haike.catalog.picture.views import PANEL as PICTURES
from haike.catalog.policy import ProductPolicy
from haike.catalog.product import cost, history
from haike.catalog.product.record import Product, name_key
from haike.customers.price_class.record import PriceClass
from haike.exchange.grid.declare import Grid, declare_grid
from haike.kernel.bulk import Draft
from haike.kernel.entity import (
    Button,
    Category,
    Entity,
    Panel,
    Related,
    Section,
    SideGroup,
    SideNode,
    entity_named,
    entity_of,
)
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.refused import Refused

PRICE_COLUMNS = ["price_class", "unit", "min_quantity", "currency", "price", "changed_at", "changed_by"]


def _stopped(request: HttpRequest, product: Product) -> str:
    """Beside the name of what is sold no more."""
    return "" if product.on_sale else format_html('<span class="tag tag-red">{}</span>', _("No longer sold"))


class ProductEntity(Entity):
    """Products; rooms below append tabs (stock, orders, quotes), panels and buttons."""

    model, policy_class = Product, ProductPolicy
    slug, icon = "products", "package"
    titled_by = ["name", "model"]
    columns = ["picture", "name", "model", "spec", "number", "category", "unit", "price", "floor_price", "on_sale"]
    categories = {
        "on_sale": Category(_("On sale"), Q(on_sale=True)),
        "stocked": Category(_("Stocked"), Q(stocked=True)),
        "not_stocked": Category(_("Not stocked"), Q(stocked=False)),
        "cost_to_check": Category(_("Cost to check"), cost.to_check),
        "stopped": Category(_("No longer sold"), Q(on_sale=False)),
    }
    sections = [
        Section(
            _("Product"),
            ["name", "model", "spec", "number", "category", "brand", "unit", "bar_code", "on_sale", "picture"],
        ),
        Section(_("Price"), ["price", "floor_price", "lowest_discount", "tax_rate"]),
        Section(_("Cost"), ["cost_price", "cost_method", "cost_to_check", "cost_on", "commission_rate"]),
        Section(_("Contents and packing"), ["content_spec", "packing_spec"]),
        Section(_("Stock"), ["stocked", "traced", "shelf_life_days", "lower_limit", "upper_limit"]),
        Section(_("After the sale"), ["warranty_months", "visit_days"]),
        Section(_("Description"), ["description", "parameters", "faq", "remark"]),
    ]
    quick = ["name", "model", "spec", "category", "unit", "price", "picture"]
    facts = ["number", "category", "brand", "unit", "price", "floor_price", "bar_code", "owner"]
    search = ["name", "model", "spec", "number", "bar_code", "brand"]
    synonyms = {
        "name": ("品名", "商品名称", "产品", "货品名称", "物料名称", "product", "item"),
        "model": ("规格型号", "产品型号"),
        "number": ("产品编号", "产品编码", "商品编码", "货号", "物料编码", "SKU", "item no"),
        "category": ("类别", "产品类别", "商品分类", "分类", "产品目录", "category"),
        "unit": ("计量单位", "主单位", "unit"),
        "price": ("单价", "售价", "销售价", "零售价", "list price"),
        "floor_price": ("最低价", "底价", "限价"),
        "cost_price": ("成本", "进价", "采购价", "cost"),
        "bar_code": ("条形码", "商品条码", "barcode", "EAN"),
        "on_sale": ("销售状态", "在售", "是否在售"),
        "stocked": ("库存管理", "管库存"),
        "remark": ("备注", "说明"),
    }
    hidden = ["name_key"]
    match = ["number", "name_key", "bar_code"]
    tabs = [
        Related("catalog.productprice", "product", _("Prices"), columns=PRICE_COLUMNS),
        Related("catalog.productunit", "product", _("Selling units"), columns=["name", "factor", "bar_code"]),
    ]
    panels = [
        Panel("stopped", _("No longer sold"), _stopped, place="head", icon="ban"),
        PICTURES,
        Panel("prices", _("Price history"), history.render, icon="history"),
    ]
    help_page = "products"

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model, the category by its path."""
        looks = super().declared_looks
        plain = looks["category"]
        return {**looks, "category": CategoryLook("category", plain.label, field=plain.field)}

    def categories_for(self, user: Actor) -> dict[str, Category]:
        found = super().categories_for(user)
        if self.right(user, "cost_to_check") == "hidden":
            del found["cost_to_check"]
        return found

    def side(self, user: Actor) -> list[SideGroup]:
        group = _tree_beside(tree(), tree().limit(user, "view"))
        return [group] if group.nodes else []

    def match_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An import knows a product again by number, by name and model, or by bar code."""
        name = str(values.get("name") or "")
        key = name_key(name, str(values.get("model") or "")) if name else ""
        return super().match_values({**values, "name_key": key})

    def create_many(self, rows: Sequence[Any], *, by: Actor, batch: Batch) -> list[Any]:
        """The same for rows of a sheet, whose categories may have to be made first."""
        for draft in rows:
            record: Any = draft.record if isinstance(draft, Draft) else None
            if record is not None and record.category is not None:
                record.category = made_of(record.category, by=by, batch=batch)
        return super().create_many(rows, by=by, batch=batch)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        if values.get("category") is not None:
            values["category"] = made_of(values["category"], by=by, batch=batch)
        return super().create(by=by, batch=batch, **values)

    def change(
        self, record: Any, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Any:
        if values.get("category") is not None:
            values["category"] = made_of(values["category"], by=by, batch=batch)
        return super().change(record, by=by, version=version, batch=batch, **values)

    def changes_plainly(self, names: Collection[str]) -> bool:
        return True

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [Button(_("Product categories"), entity_of(ProductCategory).url, "category")]
        if self.policy.may(user, "create"):
            found.insert(0, Button(_("Several products"), f"{self.url}grid", "table-plus"))
        packages = entity_named("catalog.productpackage")
        if packages is not None and packages.policy.may(user, "view"):
            found.append(Button(_("Product packages"), packages.url, "packages"))
        if entity_of(PriceClass).policy.may(user, "edit"):
            found.append(Button(_("Price classes"), entity_of(PriceClass).url, "tags"))
        return found

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if not self.policy.allows(user, "edit", record) or not record.cost_to_check:
            return []
        if self.right(user, "cost_to_check") != "edit":
            return []
        return [Button(_("The cost is right"), f"{self.url_of(record)}cost-checked", "check", "post")]


declare_grid(
    Grid(
        "catalog.product",
        _("Products in a table"),
        [
            "number", "name", "model", "spec", "category", "brand", "unit", "price", "floor_price", "cost_price",
            "tax_rate", "bar_code", "on_sale",
        ],
        edits=True,
        help=_("Categories are written by their path, such as Shoes/Boots. A first line with headings is understood; "
               "rows that name a product we have, by number, name and model, or bar code, change it."),
    )
)  # fmt: skip


@lru_cache(maxsize=50)
def _tree_beside(whole: Tree, seen: tuple[int, ...] | None) -> SideGroup:
    """The tree, as far as somebody sees it."""
    nodes = [
        SideNode(each.name, "category", "one_of", (str(each.pk),), each.depth)
        for each in whole.categories
        if seen is None or each.pk in seen
    ]
    return SideGroup(_("Product categories"), nodes)


def confirm_cost(product: Product, *, by: Actor) -> Product:
    """Take the mark away that a new purchase has set; Refused for who may not change costs."""
    entity = entity_of(Product)
    if entity.right(by, "cost_to_check") != "edit":
        raise Refused(_("You may not change this field."))
    changed: Product = entity.change(product, by=by, cost_to_check=False)
    return changed
