"""The text of a contract on its page: to be read, made from a template, changed, printed, and its versions."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from haike.catalog.paper.page import articles
from haike.kernel.entity import Panel, entity_of
from haike.sales.contract.record import Contract
from haike.sales.contract.text.actions import may_make, offered, versions
from haike.sales.contract.text.facts import BLANK, READS
from haike.sales.contract.text.record import ContractTemplate
from haike.screens.tabs import LOG, shows_tab


def may_read(contract: Contract, user: Any) -> bool:
    """Who sees the contract sees its text, unless the field is kept from him."""
    return entity_of(Contract).policy.right_to(user, "text", contract) in READS


def panel(request: HttpRequest, contract: Contract) -> SafeString:
    """The text as on paper."""
    user, entity = cast(Any, request.user), entity_of(Contract)
    if not may_read(contract, user):
        return SafeString("")
    may, url = may_make(contract, user), entity.url_of(contract)
    kept = versions(contract)[1:] if shows_tab(user, entity, LOG) else []
    templates = offered(contract, user) if may else []
    context = {
        "contract": contract,
        "url": url,
        "may": may,
        "templates": templates,
        "chosen": next((each for each in templates if each.pk == contract.text_from_id), None),
        "articles": articles(contract.text),
        "blanks": contract.text.count(BLANK),
        "versions": kept,
        "paper_url": f"{url}paper" if contract.text and entity.policy.allows(user, "print", contract) else "",
        "all_url": entity_of(ContractTemplate).url,
    }
    return render_to_string("sales/contract/text.html", context, request=request)


PANEL = Panel("text", pgettext_lazy("contract", "Text"), panel, icon="file-text")
