"""The placeholders in the texts of templates: `{{ customer }}` or, by its name on the screen, `{{ 客户 }}`.

Django's own template engine reads them, with nothing but placeholders: no tags, no filters, no attributes, no files.
Only texts are ever handed to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError
from django.template.base import Template, TextNode, VariableNode
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haike.catalog.paper.kinds import KINDS
from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import Look
from haike.refused import Refused

_ENGINE = Engine(loaders=[], libraries={}, builtins=[], autoescape=True, string_if_invalid="")
OWN: dict[str, str | Promise] = {
    "company": _("Our company"),
    "company_phone": _("Our telephone"),
    "company_address": _("Our address"),
    "company_tax_number": _("Our tax number"),
    "company_bank": _("Our bank"),
    "company_account": _("Our account"),
    "customer_address": _("Address of the customer"),
    "customer_phone": _("Telephone of the customer"),
    "customer_tax_number": _("Tax number of the customer"),
    "customer_bank": _("Bank of the customer"),
    "customer_account": _("Account of the customer"),
    "capital": _("Total in capital numerals"),
    "today": _("Today"),
}
"""What is said of the company, the customer and the day, beside the fields of the document."""


def is_text(look: Look) -> bool:
    """Whether a field can stand within a text."""
    return look.kind not in ("lines", "picture") and not look.by_file


def placeholders(label: str) -> dict[str, str | Promise]:
    """The placeholders of a kind of document with what they stand for: its fields, then those that all have."""
    entity = entity_named(label)
    found: dict[str, str | Promise] = {}
    if isinstance(entity, Entity):
        found = {name: look.label for name, look in entity.looks.items() if is_text(look)}
    return {**found, **(KINDS[label].more if label in KINDS else {}), **OWN}


def spellings(label: str) -> Mapping[str, str]:
    """All ways to write a placeholder: its name, and its label in each language where that is one word."""
    names = placeholders(label)
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for name, words in names.items():
                if str(words).isidentifier():
                    found.setdefault(str(words), name)
    return {**found, **{name: name for name in names}}


def check_text(text: str, label: str) -> None:
    """Refuse a text with anything in it that is no placeholder of this kind of document."""
    unread = Refused(
        _("A placeholder cannot be read. It is written as {{ %(example)s }}, in two curly brackets.")
        % {"example": "customer"}
    )
    try:
        made = _ENGINE.from_string(text)
    except TemplateSyntaxError:
        raise unread from None
    known = spellings(label)
    for node in made.nodelist:
        if isinstance(node, TextNode):
            # One bracket too few, and the engine takes it for text.
            if any(sign in node.s for sign in ("{{", "}}", "{%", "%}")):
                raise unread
            continue
        written = str(node.filter_expression.token) if isinstance(node, VariableNode) else ""
        if written in known:
            continue
        if not written or not written.isidentifier():
            raise Refused(_("Only plain placeholders are possible here, without tags and filters."))
        near = get_close_matches(written, known, n=1, cutoff=0.5)
        if near:
            no = _("There is no placeholder “%(name)s”; perhaps you mean “%(near)s”.")
            raise Refused(no % {"name": written, "near": near[0]})
        raise Refused(_("There is no placeholder “%(name)s”.") % {"name": written})


def names_in(text: str, label: str) -> list[str]:
    """The placeholders of a text that was checked, each once, in their order."""
    known = spellings(label)
    nodes = [node for node in _ENGINE.from_string(text).nodelist if isinstance(node, VariableNode)]
    return list(dict.fromkeys(known.get(str(node.filter_expression.token), "") for node in nodes))


def fill(text: str, label: str, values: Mapping[str, str], *, html: bool = True, empty: str = "") -> str:
    """The text with its placeholders filled in; what the reader may not see is left `empty`.

    It is escaped for a page, unless it stays a plain text that is escaped wherever it is shown.
    """
    made: Template = _ENGINE.from_string(text)
    # A text without placeholders needs none of their spellings.
    known = spellings(label) if "{{" in text else {}
    said = {written: values.get(name, "") or empty for written, name in known.items()}
    return str(made.render(Context(said, autoescape=html)))
