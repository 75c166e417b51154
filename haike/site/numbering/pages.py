"""The pages of running numbers: all of them, and the form of one with a preview."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.fields.own_field.record import OwnField
from haike.kernel.entity import Section, entity_named
from haike.kernel.log import Change
from haike.kernel.numbers import dated, filled
from haike.kernel.period import today
from haike.people.journal.page import OptionLook
from haike.people.looks import PlainLook
from haike.people.typed import AllTyped
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import FormPage
from haike.site.numbering.choose import LOGGED, RESET_LABELS, change_series, place, preview
from haike.site.numbering.series import Series, all_series
from haike.site.settings_pages import for_administrators

DATES = ("", "{yyyy}", "{yyyy}{mm}", "{yyyy}{mm}{dd}", "{yy}", "{yy}{mm}", "{yy}{mm}{dd}")
FEWEST, MOST = 2, 10
_SHAPE = re.compile(r"(?P<prefix>[^{]*)(?P<date>(?:\{(?:yyyy|yy|mm|dd)\})*)(?P<middle>[^{]*)\{(?P<zeros>0+)\}")


@dataclass(frozen=True)
class Wanted:
    """A pattern in the parts that the form asks for."""

    prefix: str
    date: str
    middle: str
    digits: int

    @property
    def pattern(self) -> str:
        """The parts put together."""
        return f"{self.prefix}{self.date}{self.middle}{{{'0' * self.digits}}}"


def parts_of(pattern: str) -> Wanted | None:
    """The parts of a pattern; None for one that the form could not make."""
    found = _SHAPE.fullmatch(pattern)
    if found is None or found["date"] not in DATES:
        return None
    return Wanted(found["prefix"], found["date"], found["middle"], len(found["zeros"]))


@for_administrators
def numbers_view(request: HttpRequest) -> HttpResponse:
    """Every kind of number with its pattern and what comes next; those of own fields lead to their field."""
    day = today()
    rows = [
        {
            "label": _("%(kind)s: %(field)s") % {"kind": each.entity.label_plural, "field": _field_label(each)},
            "pattern": each.pattern,
            "reset": RESET_LABELS[each.reset],
            "next": filled(each.pattern, day, each.next(day)),
            "url": _url(each),
            "last": Change.objects.filter(entity=LOGGED, record_id=place(each)).select_related("by").last(),
        }
        for each in all_series()
    ]
    for own in OwnField.objects.filter(kind="serial", deleted_at=None).order_by("entity", "position"):
        entity = entity_named(own.entity)
        if entity is not None:
            label = _("%(kind)s: %(field)s") % {"kind": entity.label_plural, "field": own.label}
            url = f"/settings/fields/{entity.slug}/{own.key}/edit"
            rows.append({"label": label, "pattern": own.fact("pattern"), "reset": "", "next": "", "url": url})
    return render(request, "site/numbers.html", {"rows": rows})


@for_administrators
def number_view(request: HttpRequest, slug: str, field: str) -> HttpResponse:
    """Choose the pattern of one kind of number."""
    series, day = _series(slug, field), today()
    typed, status = AllTyped(looks(series), request.user), 200
    shown = parts_of(series.pattern) or Wanted("", "{yyyy}{mm}", "-", 5)
    typed.start({**vars(shown), "digits": str(shown.digits), "reset": series.reset})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                wanted, raised = read(typed)
                change_series(
                    series,
                    pattern=wanted.pattern,
                    reset=typed.values["reset"],
                    next_number=raised,
                    on=day,
                    by=request.user,
                )
                return done(request, _("The pattern is saved; it holds from the next record on."), "/settings/numbers/")
            except Refused as no:
                typed.refuse(no)
        status = 422
    bottom = {"url": f"{_url(series)}preview", **_shown(series, typed)}
    page = FormPage(
        title=_("%(kind)s: %(field)s") % {"kind": series.entity.label_plural, "field": _field_label(series)},
        action=_url(series),
        sections=typed.sections([Section("", list(typed.looks))]),
        errors=typed.error_lines(),
        message=typed.message,
        back_url="/settings/numbers/",
        bottom=render_to_string("site/number_preview.html", bottom),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=status)


@for_administrators
def preview_view(request: HttpRequest, slug: str, field: str) -> HttpResponse:
    """What the next numbers would be by what is typed so far."""
    if request.method != "POST":
        raise Http404
    series = _series(slug, field)
    typed = AllTyped(looks(series), request.user)
    typed.read(request.POST)
    return render(request, "site/number_preview.html#shown", _shown(series, typed))


def looks(series: Series) -> dict[str, Any]:
    """The fields of the form."""
    day = today()
    dates = {key: dated(key, day) or str(_("No date")) for key in DATES}
    now = _("Now %(number)s. It can be raised, never lowered; empty goes on counting.") % {"number": series.next(day)}
    digits = {str(number): "0" * (number - 1) + "1" for number in range(FEWEST, MOST + 1)}
    resets = {key: str(label) for key, label in RESET_LABELS.items()}
    found: dict[str, Any] = {
        "prefix": PlainLook("prefix", _("Prefix"), required=False, max_length=20),
        "date": OptionLook("date", _("Date in the number"), dates),
        "middle": PlainLook("middle", _("Between date and number"), required=False, max_length=5),
        "digits": OptionLook("digits", _("Digits"), digits),
        "reset": OptionLook("reset", _("Counts from 1 again"), resets),
        "next": PlainLook("next", _("Next running number"), required=False, help=now, max_length=15),
    }
    found["date"].required = False
    return found


def read(typed: AllTyped) -> tuple[Wanted, int | None]:
    """The pattern and the next number as they were typed; raises Refused."""
    values = {name: typed.values.get(name) or "" for name in typed.looks}
    digits = whole(values["digits"])
    if digits is None or not FEWEST <= digits <= MOST:
        raise Refused(fields={"digits": _("Choose one of the options.")})
    if values["date"] not in DATES:
        raise Refused(fields={"date": _("Choose one of the options.")})
    for name in ("prefix", "middle"):
        if {"{", "}"} & set(values[name]):
            raise Refused(fields={name: _("Use letters, digits and signs only.")})
    raised = whole(values["next"].strip()) if values["next"].strip() else None
    if values["next"].strip() and not raised:
        raise Refused(fields={"next": _("Enter a whole number.")})
    return Wanted(values["prefix"], values["date"], values["middle"], digits), raised


def _shown(series: Series, typed: AllTyped) -> dict[str, Any]:
    values = AllTyped(typed.looks, typed.user)
    values.raw = typed.raw
    values.parse()
    try:
        wanted, raised = read(values)
        chosen = replace(series, pattern=wanted.pattern, reset=values.values.get("reset") or series.reset)
        __, numbers = preview(chosen, today(), raised)
    except Refused as no:
        return {"numbers": [], "fault": no}
    return {"numbers": numbers, "fault": ""}


def _series(slug: str, field: str) -> Series:
    found = next((each for each in all_series() if each.entity.slug == slug and each.field == field), None)
    if found is None:
        raise Http404
    return found


def _url(series: Series) -> str:
    return f"/settings/numbers/{series.entity.slug}/{series.field}/"


def _field_label(series: Series) -> Any:
    return cast(Any, series.entity.looks[series.field]).label
