"""The page for bare numbers: paste or upload, see what each is, bring the new ones in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.digits import whole
from haike.exchange.target import owners_for
from haike.kernel.entity import Entity, Section, entity_of
from haike.kernel.look import ChoiceLook, LongTextLook, Look, ManyLook
from haike.pools.deal_out import HOWS, TURN
from haike.pools.models import Pool
from haike.refused import Refused
from haike.sales.lead.numbers.bring_in import SAID, WAYS, Found, look_through, start_bringing_in
from haike.sales.lead.numbers.read import EMAIL, MOBILE, PHONE, QQ, WECHAT
from haike.sales.lead.record import Lead
from haike.screens.door import refused_page
from haike.screens.form import Typed
from haike.sheets.upload import sent_sheet

SHOWN = 200
MOST_BYTES = 10_000_000
MOST_LINES = 20_000
ME, PEOPLE = "me", "people"
KINDS = {MOBILE: _("Mobile phone"), PHONE: _("Phone"), WECHAT: _("WeChat"), QQ: _("QQ"), EMAIL: _("E-mail")}
STATES = {
    "new": _("Not there yet"),
    "known": _("There already"),
    "double": _("Twice in the text"),
    "odd": _("No number recognised"),
}


class _Choice(ChoiceLook):
    """One of some fixed choices."""

    def __init__(self, name: str, label: Any, choices: dict[str, str]) -> None:
        super().__init__(name, label)
        self.choices, self.required = choices, True

    def options(self, *, new: bool = False) -> dict[str, str]:
        return self.choices


def _looks(entity: Entity, user: Any) -> dict[str, Look]:
    whose = {ME: str(_("Me"))}
    whose |= {f"pool-{key}": name for key, name in owners_for(entity, user).items()}
    if entity.policy.may(user, "transfer"):
        whose[PEOPLE] = str(_("Dealt out among people"))
    text = LongTextLook("text", pgettext_lazy("telephone", "Numbers"))
    text.required = False
    text.help = _("One person a line, with or without a name: 13812345678, QQ 12345678, WeChat abc_123.")
    found: dict[str, Look] = {"text": text, "whose": _Choice("whose", _("They belong to"), whose)}
    if PEOPLE in whose:
        people = ManyLook("people", _("Among whom"), field=Pool._meta.get_field("members"))
        people.required = False
        found["how"] = _Choice("how", _("How"), {way: str(HOWS[way]) for way in WAYS})
        found["people"] = people
        for name in ("how", "people"):
            found[name].when = {"field": "whose", "values": [PEOPLE]}
    editable = entity.editable_by(user)
    return found | {name: editable[name] for name in SAID if name in editable}


def numbers_view(request: HttpRequest) -> HttpResponse:
    """Read, look through, bring in."""
    user, entity = cast(Any, request.user), entity_of(Lead)
    if not (entity.policy.may(user, "view") and entity.policy.may(user, "create")):
        raise Http404
    if not entity.policy.may(user, "import"):
        return refused_page(request, Refused(_("You may not import leads. Ask your administrator for the right.")))
    typed = Typed(_looks(entity, user), user)
    typed.start({"whose": ME, "how": TURN})
    asked_pool = whole(request.GET.get("owner"))
    if f"pool-{asked_pool}" in cast(ChoiceLook, typed.looks["whose"]).options():
        typed.raw["whose"] = f"pool-{asked_pool}"
    found: list[Found] = []
    with_known = request.POST.get("known") == "1"
    if request.method == "POST":
        typed.read(request.POST)
        try:
            if (upload := request.FILES.get("file")) is not None:
                typed.raw["text"] = "\n".join([*filter(None, [str(typed.raw.get("text", ""))]), *_lines_of(upload)])
            found = look_through(str(typed.raw.get("text", "")).splitlines(), by=user)
            if request.POST.get("start") and upload is None and typed.parse():
                return _start(typed, found, with_known, user)
        except Refused as no:
            typed.refuse(no)
    wrong = bool(typed.errors or typed.message)
    context = {"entity": entity, "typed": typed, "shown": _shown(typed, found, with_known)}
    return render(request, "sales/numbers.html", context, status=422 if wrong else 200)


def _start(typed: Typed, found: list[Found], with_known: bool, user: Any) -> HttpResponse:
    whose, people = typed.values["whose"], []
    if whose == PEOPLE:
        people = [each for each in typed.values.get("people") or [] if each.is_active and each.deleted_at is None]
        if not people:
            raise Refused(fields={"people": _("Choose at least one person.")})
    run = start_bringing_in(
        _chosen(found, with_known),
        owner=whole(whose.removeprefix("pool-")) if whose.startswith("pool-") else None,
        people=people,
        way=typed.values.get("how", TURN),
        said={name: typed.values.get(name) for name in SAID},
        by=user,
    )
    return redirect(f"/imports/{run.pk}/")


def _chosen(found: list[Found], with_known: bool) -> list[Found]:
    return [each for each in found if each.state == "new" or (with_known and each.state == "known")]


def _lines_of(upload: Any) -> Iterator[str]:
    """The rows of the first sheet of a file, or the lines of a plain text."""
    with sent_sheet(upload, most=MOST_BYTES) as book:
        for place, row in enumerate(book.rows()):
            if place >= MOST_LINES:
                raise Refused(_("This file has too many rows for this page; import it as a sheet."))
            text = " ".join(_written(cell) for cell in row if cell not in (None, ""))
            if text:
                yield text


def _written(cell: Any) -> str:
    """A number that a spreadsheet took for a quantity, without its fraction."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell == int(cell) else str(cell)


def _shown(typed: Typed, found: list[Found], with_known: bool) -> dict[str, Any]:
    states = Counter(each.state for each in found)
    kinds = Counter(kind for each in found for kind in each.person.numbers)
    sections = typed.sections([Section("", [name for name in typed.looks if name != "text"])])
    return {
        "text": typed.field("text"),
        "sections": sections,
        "message": typed.message,
        "errors": typed.error_lines(),
        "with_known": with_known,
        "states": [(STATES[state], number, state) for state in STATES if (number := states[state])],
        "kinds": [(KINDS[kind], number) for kind in KINDS if (number := kinds[kind])],
        "lines": [_line(each) for each in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "number": len(_chosen(found, with_known)),
        "known": states["known"],
    }


def _line(found: Found) -> dict[str, Any]:
    person = found.person
    looks = entity_of(Lead).looks
    if found.state == "double":
        said = str(_("Line %(line)s has it already.") % {"line": found.earlier})
    elif found.match is not None:
        said = found.match.sentence
    elif person.odd:
        said = str(_("This is no number: %(text)s") % {"text": ", ".join(person.odd)})
    else:
        said = ""
    return {
        "line": person.line,
        "text": person.text,
        "name": " ".join([person.name, *person.words]).strip(),
        "numbers": [(KINDS[kind], looks[kind].text(person.numbers[kind])) for kind in KINDS if kind in person.numbers],
        "state": found.state,
        "label": STATES[found.state],
        "said": said,
    }
