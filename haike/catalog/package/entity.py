"""How product packages are shown, found and written."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.panel import lines_panel
from haike.catalog.lines.record import PricedEntity
from haike.catalog.package.record import ProductPackage
from haike.kernel.entity import Category, Panel, Section


def _panel(request: HttpRequest, package: ProductPackage) -> str:
    return lines_panel(package, request.user)


class ProductPackageEntity(PricedEntity):
    """Packages are written with the editor of lines, like the documents into which they are put."""

    model = ProductPackage
    slug, icon = "product-packages", "packages"
    titled_by = ["name"]
    columns = ["name", "total", "currency", "on_sale", "remark", "changed_at"]
    categories = {
        "on_sale": Category(_("On sale"), Q(on_sale=True)),
        "stopped": Category(_("No longer sold"), Q(on_sale=False)),
    }
    sections = [
        Section(_("Product package"), ["name", "on_sale", "currency", "taxed", "remark"]),
        Section(_("Lines"), ["lines", "discount", "by_hand"]),
        Section(_("Totals"), ["before", "net", "tax", "total"]),
    ]
    facts = ["total", "on_sale", "owner"]
    search = ["name", "remark"]
    hidden = ["rounding"]
    importable = False
    in_menu = in_create_menu = False
    help_page = "products"
    panels = [Panel("lines", _("Lines"), _panel, icon="list-details")]
