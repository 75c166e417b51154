"""The editor of lines in a form.

It is a table of plain inputs, which any browser can send; the island `lines` makes it quick: products by any piece of
the name, what follows seen at each key, rows pasted from Excel, everything by keyboard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from haike.catalog.fields import PRICE_PLACES
from haike.catalog.lines.record import MOST_LINES, ROUNDED, ROUNDED_TO, usually_taxed
from haike.catalog.lines.typed import NUMBERS, TURNING
from haike.kernel.currency import CURRENCIES, OWN
from haike.kernel.escape import escape
from haike.kernel.icon import icon

BLANK_ROWS = 3
"""So many empty rows stand below the lines for browsers without scripts."""


def lines_widget(
    name: str, rows: Sequence[Mapping[str, Any]], label: Any, *, invalid: bool = False, into: str = ""
) -> SafeString:
    """The table with the rows as typed so far; `into` is the field of the form that holds what they come to."""
    heads = {
        "name": _("Product or name"), "unit": _("Unit"), "quantity": _("Quantity"), "list_price": _("List price"),
        "discount": _("Discount (%)"), "price": _("Price"), "amount": _("Amount"), "tax_rate": _("Tax (%)"),
        "gift": _("Gift"), "remark": _("Remark"),
    }  # fmt: skip
    rule = {
        "per": ROUNDED(), "total": ROUNDED_TO(), "price_places": int(PRICE_PLACES()), "taxed": usually_taxed(),
        "places": {code: each.places for code, each in CURRENCIES.items()},
        "signs": {code: each.sign if code == OWN() else each.wide or each.sign for code, each in CURRENCIES.items()},
    }  # fmt: skip
    words = {
        "remove": _("Remove this line"), "most": _("A document has at most %(most)s lines.") % {"most": MOST_LINES},
        "nothing": _("No product has this in its name; it stays as free text."),
        "before": _("Sum of the lines"), "net": _("Without tax"), "tax": _("Tax"), "total": _("Total"),
        "by_hand": _("set by hand"),
        "nothing_to_spread": _("The lines cost nothing, so there is no total to set."),
        "make_product": _("New product “%(name)s”"), "follows": _("This is what the products come to."),
        **_dialog_words(),
    }  # fmt: skip
    body = "".join(_row(name, row, heads) for row in [*rows, *({} for _blank in range(BLANK_ROWS))])
    head = "".join(
        f'<th scope="col" class="l-{column}{" end" if column in NUMBERS else ""}">{escape(text)}</th>'
        for column, text in heads.items()
    )
    sum_into = f' data-into="{escape(into)}"' if into else ""
    bad = f' aria-invalid="true" aria-describedby="error-{escape(name)}"' if invalid else ""
    data = f'data-rule="{escape(orjson.dumps(rule).decode())}" data-words="{escape(orjson.dumps(words).decode())}"'
    hint = _(
        "Enter: next line · arrows: up and down · F4: product tree · Ctrl+Delete: remove the line · "
        "rows copied in Excel "
        "(name or number, quantity, price) can be pasted"
    )
    return mark_safe(
        f'<div class="lines" id="id_{escape(name)}" role="group" aria-label="{escape(label)}" data-island="lines" '
        f'data-name="{escape(name)}" data-most="{MOST_LINES}"{sum_into} {data}{bad}>'
        f'<div class="table-scroll"><table class="lines-table"><thead><tr><th class="l-number"></th>{head}'
        f'<th class="l-remove"></th></tr></thead><tbody>{body}</tbody></table></div>'
        f'<div class="lines-foot"><button type="button" class="btn btn-s" data-add hidden>{icon("plus")}'
        f"{escape(_('Add a line'))}</button>"
        f'<button type="button" class="btn btn-s" data-shelf hidden>{icon("sitemap")}'
        f"{escape(_('From the product tree'))}</button>"
        f'<button type="button" class="btn btn-s" data-sheet hidden>{icon("file-import")}'
        f'{escape(_("From an Excel file"))}</button><span class="hint" data-hint hidden>{escape(hint)}</span>'
        f'<output class="lines-sums" data-sums></output></div>'
        '<div class="lines-history" data-history hidden></div></div>'
    )


def _dialog_words() -> dict[str, str]:
    """What the product tree and the preview of a file say."""
    return {
        "tree": _("Product tree"), "categories": _("Product categories"), "products": _("Products"),
        "packages": _("Product packages"), "all": _("All products"), "search_products": _("Search in this category"),
        "none_here": _("Nothing is offered here."), "new_product": _("New product"), "done": _("Back to the lines"),
        "close": _("Close"), "added": _("%(count)s put in, last: %(name)s"),
        "failed": _("That did not work. Please try again."), "file_title": _("Lines from an Excel file"),
        "file": _("Excel file"), "take_lines": _("Put into the lines"), "not_used": _("not used"),
        "file_hint": _("The first sheet is read; you see every row before it is put in."),
        "file_good": _("%(good)s rows can be put in."),
        "file_faults": _("%(good)s rows can be put in, %(bad)s cannot; what is wrong stands beside them."),
    }  # fmt: skip


def _row(name: str, row: Mapping[str, Any], heads: Mapping[str, str]) -> str:
    def text(column: str) -> str:
        value = row.get(column)
        return "" if value is None or value is False else "1" if value is True else str(value)

    was = "|".join(text(column) for column in TURNING)
    hidden = "".join(
        f'<input type="hidden" name="{name}" data-cell="{column}" value="{escape(value)}">'
        for column, value in [
            ("key", text("key")), ("product", text("product")), ("fixed", text("fixed")), ("was", was),
        ]
    )  # fmt: skip
    cells = []
    for column, label in heads.items():
        attributes = f'name="{name}" data-cell="{column}" aria-label="{escape(label)}"'
        value = text(column)
        if column == "gift":
            chosen = " selected" if value in ("1", "true", "True") else ""
            options = f'<option value="">—</option><option value="1"{chosen}>{escape(_("Yes"))}</option>'
            widget = f"<select {attributes}>{options}</select>"
        else:
            number = column in NUMBERS
            mode = ' inputmode="decimal" class="end"' if number else ""
            most = "" if number else f' maxlength="{20 if column == "unit" else 200}"'
            shown = _trimmed(value) if number else value
            widget = f'<input type="text" autocomplete="off"{mode}{most} {attributes} value="{escape(shown)}">'
        cells.append(f'<td class="l-{column}" data-label="{escape(label)}">{widget}</td>')
    empty = "" if row else ' class="l-blank"'
    return f'<tr{empty}><td class="l-number">{hidden}</td>{"".join(cells)}<td class="l-remove"></td></tr>'


def _trimmed(value: str) -> str:
    """A number without the noughts at its end."""
    head, point, tail = value.partition(".")
    tail = tail.rstrip("0")
    return f"{head}.{tail}" if point and tail.isdigit() else head if point and not tail else value
