"""Template tags of a record's page: its buttons, its path, the heads of its tabs; and the buttons of a list.

Built here and not by template loops: a customer has some twenty tabs and as many buttons, each of a dozen pieces.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from haike.kernel.entity import Button
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.screens.templatetags.haike import facts_of

register = template.Library()
FIRST = 3
"""So many buttons stand beside the name; the others are in a menu."""
MOST_TABS, FIRST_TABS = 12, 8
"""So many tabs stand in one row; of more than that only the first, and the others are in a menu."""


@register.simple_tag(takes_context=True)
def list_buttons(context: template.Context, buttons: Sequence[Button]) -> SafeString:
    """What a list offers beside its name, all side by side."""
    token = _token(context)
    return mark_safe("".join(_button(each, "btn", token) for each in buttons))


@register.simple_tag(takes_context=True)
def record_buttons(context: template.Context, buttons: Sequence[Button]) -> SafeString:
    """What can be done with the record."""
    token = _token(context)
    found = "".join(_button(each, "btn", token) for each in buttons[:FIRST])
    if len(buttons) > FIRST:
        more, others = escape(gettext("More")), "".join(_button(each, "menu-item", token) for each in buttons[FIRST:])
        found += (
            f'<details class="menu menu-end"><summary class="btn btn-icon" aria-label="{more}" title="{more}">'
            f'{icon("dots")}</summary><div class="menu-panel">{others}</div></details>'
        )
    return mark_safe(found)


def _token(context: template.Context) -> str:
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(context.get("csrf_token", ""))}">'


def _button(button: Button, kind: str, token: str) -> str:
    url, danger = escape(button.url), button.icon == "trash"
    confirm = f' data-confirm="{conditional_escape(str(button.confirm))}"' if button.confirm else ""
    kinds = kind + (" btn-primary" if button.primary and kind == "btn" else "") + (f" {kind}-danger" if danger else "")
    label = f"{icon(button.icon)}{conditional_escape(str(button.label))}"
    if button.method == "post":
        return (
            f'<form method="post" action="{url}"{confirm}{" data-danger" if danger else ""} data-send>{token}'
            f'<button class="{kinds}">{label}</button></form>\n'
        )
    drawer = " data-drawer" if button.method == "drawer" else ""
    return f'<a class="{kinds}" href="{url}"{drawer}{confirm}>{label}</a>\n'


@register.simple_tag
def record_badges(badges: Sequence[SafeString]) -> SafeString:
    """Short marks beside the name."""
    return mark_safe("".join(f'<span class="record-badge">{conditional_escape(badge)}</span>' for badge in badges))


@register.simple_tag
def pairs(shown: Sequence[dict[str, Any]]) -> SafeString:
    """Labels with what they stand for."""
    found = ((conditional_escape(each["label"]), conditional_escape(each["html"])) for each in shown)
    return mark_safe("".join(f"<div><dt>{label}</dt><dd>{html}</dd></div>" for label, html in found))


@register.simple_tag
def record_sections(sections: Sequence[dict[str, Any]]) -> SafeString:
    """The facts of a record, section by section."""
    chevron = icon("chevron-right")
    parts = [
        f'<details class="section"{"" if section["folded"] else " open"}>'
        f"<summary>{chevron}{conditional_escape(section['label'])}</summary>"
        f'<div class="section-fields">{facts_of(section["fields"])}</div></details>\n'
        for section in sections
    ]
    return mark_safe("".join(parts))


@register.simple_tag
def path_of(steps: Sequence[dict[str, Any]]) -> SafeString:
    """The steps of a record's path; a click on another than the present one goes there."""
    parts = []
    for step in steps:
        state, label = step["state"], conditional_escape(step["label"])
        text = f"{icon('check') if state == 'done' else ''}{label}"
        if step["url"] and state != "current":
            inner = f'<a class="step" href="{escape(step["url"])}" data-drawer>{text}</a>'
        else:
            inner = f"<span{CURRENT_STEP if state == 'current' else ''}>{text}</span>"
        parts.append(f'<li class="{state}">{inner}</li>')
    return mark_safe("".join(parts))


CURRENT_STEP = ' aria-current="step"'


@register.simple_tag
def tab_heads(tabs: Sequence[dict[str, Any]]) -> SafeString:
    """The tabs below the name with what each counts; very many would hide each other, so the last are in a menu."""
    row = tabs if len(tabs) <= MOST_TABS else tabs[:FIRST_TABS]
    heads = "".join(_tab(tab, "tab") for tab in row)
    others = tabs[len(row) :]
    if not others:
        return mark_safe(f'<div class="tabs">{heads}</div>')
    more, now = conditional_escape(gettext("More")), next((tab for tab in others if tab["active"]), None)
    shown, current = (conditional_escape(now["label"]), CURRENT) if now else (more, "")
    menu = "".join(_tab(tab, "menu-item") for tab in others)
    return mark_safe(
        f'<div class="tabs">{heads}</div><details class="menu menu-end"><summary class="tab"{current} title="{more}">'
        f'<span data-more="{more}">{shown}</span>{icon("chevron-down")}</summary>'
        f'<div class="menu-panel">{menu}</div></details>'
    )


def _tab(tab: dict[str, Any], kind: str) -> str:
    key, count, active = escape(tab["key"]), tab["count"], tab["active"]
    number = "" if count is None or count == "" else f'<span class="count">{conditional_escape(count)}</span>'
    return (
        f'<a class="{kind}{" active" if active else ""}" href="?tab={key}" hx-get="{escape(tab["url"])}"'
        f' hx-replace-url="?tab={key}" data-tab{CURRENT if active else ""}>'
        f"<span>{conditional_escape(tab['label'])}</span>{number}</a>"
    )


CURRENT = ' aria-current="true"'
