"""How templates of contracts are shown, found and written."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.catalog.paper.entity import TemplatePolicy, placeholders_html
from haike.catalog.paper.page import articles
from haike.kernel.entity import Entity, Panel, Section, entity_of
from haike.sales.contract.record import Contract
from haike.sales.contract.text.actions import fill_in
from haike.sales.contract.text.record import ABOUT, ContractTemplate


def _preview(request: HttpRequest, template: ContractTemplate) -> str:
    """The template with the facts of the newest contract that the reader sees."""
    user, entity = cast(Any, request.user), entity_of(Contract)
    rows = Contract.objects.visible_to(user).order_by("-id") if entity.policy.may(user, "view") else None
    of_kind = rows.filter(kind=template.kind).first() if rows is not None and template.kind else None
    contract = of_kind or (rows.first() if rows is not None else None)
    made = fill_in(contract, template, user) if contract is not None else None
    context = {
        "contract": contract,
        "url": entity.url_of(contract) if contract is not None else "",
        "heading": made.heading if made else template.heading or template.name,
        "articles": articles(made.text if made else template.text),
    }
    return render_to_string("sales/contract/preview.html", context, request=request)


def _placeholders(request: HttpRequest, template: ContractTemplate) -> str:
    return placeholders_html(ABOUT)


class ContractTemplateEntity(Entity):
    """Everybody makes texts from them; who sets up print templates keeps them."""

    model, policy_class = ContractTemplate, TemplatePolicy
    slug, icon = "contract-templates", "file-text"
    titled_by = ["name"]
    columns = ["name", "kind", "heading", "changed_at", "changed_by"]
    sections = [Section(_("Contract template"), ["name", "kind", "heading", "text"])]
    facts = ["kind", "changed_at", "changed_by"]
    search = ["name", "heading"]
    hidden = ["owner"]
    in_menu = in_create_menu = False
    importable = False
    help_page = "contracts"
    panels = [
        Panel("preview", _("Preview"), _preview, icon="eye"),
        Panel("placeholders", _("Placeholders"), _placeholders, icon="braces"),
    ]
