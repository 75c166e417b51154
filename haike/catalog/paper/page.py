"""What stands on the page of a document for paper."""

from __future__ import annotations

import re
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from haike.catalog.paper.kinds import KINDS, USUAL
from haike.catalog.paper.lines import has_lines, table_of
from haike.catalog.paper.record import AS_IS, WITH, PrintTemplate
from haike.catalog.paper.words import fill, is_text
from haike.chinese.money import capital_amount
from haike.chinese.phone import display
from haike.customers.customer.record import Customer
from haike.customers.paper.letter import readable, whole_address
from haike.days import day_text
from haike.kernel.currency import money_text
from haike.kernel.entity import Entity, entity_of
from haike.kernel.period import today
from haike.kernel.selection import fetch_ahead
from haike.people.company.profile import company
from haike.people.company.record import CompanyProfile

ARTICLE = re.compile(r"第[一二三四五六七八九十百零\d]+[章条节]|[一二三四五六七八九十]+、|Article \d", re.IGNORECASE)
LONGEST_HEADING = 40
CAPITAL = "CNY"
"""The currency in which amounts are said in capital numerals."""


def amount_name(document: Any) -> str:
    """The field that is the amount of a document."""
    return "total" if has_lines(document) else "amount"


def letterhead(own: CompanyProfile) -> dict[str, str]:
    """What is said of the company."""
    return {
        "company": own.name,
        "company_phone": display(own.phone) if own.phone else "",
        "company_address": whole_address(own.region, own.address) if own.address else "",
        "company_tax_number": own.tax_number,
        "company_bank": own.bank,
        "company_account": own.bank_account,
    }


def facts_of(document: Any, user: Any) -> dict[str, str]:
    """All placeholders of a document, as far as the user may read it."""
    entity = entity_of(document)
    veiled, found = document.owner_id in entity.policy.veils(user), letterhead(company())
    looks = {name: look for name, look in entity.looks.items() if is_text(look)}
    fetch_ahead(entity, [look.path for look in looks.values()], [document], user)
    for name, look in looks.items():
        plain = entity.right(user, name) in ("read", "edit") and not (veiled and look.personal)
        found[name] = look.text(look.get(document)) if plain else ""
    customer = getattr(document, "customer", None)
    if customer is not None and Customer.objects.visible_to(user, "print").filter(pk=customer.pk).exists():
        of = readable(customer, user)
        found["customer_address"] = whole_address(of("region"), of("address")) if of("address") else ""
        phone = of("mobile") or of("phone")
        found["customer_phone"] = display(phone) if phone else ""
        found |= {"customer_tax_number": of("tax_number"), "customer_bank": of("bank")}
        found["customer_account"] = of("bank_account")
    more = KINDS[entity.label].more_facts
    found |= more(document, user) if more is not None else {}
    found["capital"] = capital_of(document) if found.get(amount_name(document)) else ""
    found["today"] = day_text(today(), year=True)
    return found


def capital_of(document: Any) -> str:
    """The amount of a document in capital numerals; empty in other currencies."""
    amount = getattr(document, amount_name(document), None)
    return capital_amount(amount) if amount is not None and document.currency == CAPITAL else ""


def _sums(entity: Entity, document: Any, prices: str, user: Any) -> list[tuple[Any, str]]:
    """What stands below the lines: without the tax only the net, with it only the total; else all of it."""
    if prices != AS_IS:
        names = ["total" if prices == WITH else "net"]
    else:
        reduced, taxed = document.before != document.total, bool(document.tax)
        names = [*(["before"] if reduced else []), *(["net", "tax"] if taxed else []), "total"]
    seen = [name for name in names if entity.right(user, name) in ("read", "edit")]
    return [(entity.looks[name].label, money_text(getattr(document, name), document.currency)) for name in seen]


def articles(text: str) -> list[tuple[str, str]]:
    """The paragraphs of a text, each with "head" for the heading of an article, "gap" after an empty line, else ""."""
    found, gap = [], False
    for line in map(str.strip, text.splitlines()):
        head = len(line) <= LONGEST_HEADING and bool(ARTICLE.match(line))
        if line:
            found.append((line, "head" if head else "gap" if gap else ""))
        gap = not line
    return found


def page_of(document: Any, template: PrintTemplate | None, columns: list[str], user: Any) -> dict[str, Any]:
    """Everything that the page shows."""
    entity = entity_of(document)
    kind, facts = KINDS[entity.label], facts_of(document, user)

    def text(name: str) -> str:
        written = getattr(template, name, "")
        return mark_safe(fill(written, entity.label, facts)) if written else ""

    # A text made from a template is the whole paper: it names the sides, the amount and the terms itself.
    body = facts.get("text", "") if not has_lines(document) else ""
    whole = bool(body and getattr(document, "text_from_id", None))
    prices = template.prices if template is not None else AS_IS
    sees_lines = has_lines(document) and entity.right(user, "lines") in ("read", "edit")
    return {
        "title": facts.get("heading") or text("heading") or kind.title,
        "number": facts.get("number", ""),
        "logo": company().logo_url if template is None or template.logo else "",
        "head": facts if template is None or template.logo else None,
        "facts": [(entity.looks[name].label, facts[name]) for name in kind.facts if facts.get(name) and not whole],
        "intro": text("intro") if not whole else "",
        "body": body if not whole else "",
        "articles": articles(body) if whole else [],
        "table": table_of(document, columns or list(USUAL), prices) if sees_lines else None,
        "sums": _sums(entity, document, prices, user) if sees_lines else [],
        "capital": facts["capital"] if not whole and (template is None or template.capital) and prices != "net" else "",
        "own_terms": facts.get("terms") or facts.get("payment_terms", "") if not whole else "",
        "terms": text("terms") if not whole else "",
        "footer": text("footer"),
        "signatures": template.signatures if template is not None else whole,
        "seal": f"/print-templates/{template.pk}/picture/seal" if template is not None and template.seal else "",
        "sides": [(_("Party A (buyer)"), facts.get("customer", "")), (_("Party B (seller)"), facts["company"])],
    }
