"""Settings: all options of the rooms, and the data dictionary; every change stands in the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.exchange.unknown import Keeper, keepers
from haike.kernel import dictionary
from haike.kernel.dictionary import DictionaryWord
from haike.kernel.entity import entity_named
from haike.kernel.log import Change, origin
from haike.kernel.option import Option, choose, options
from haike.people.access.pages import may_look_up
from haike.people.pages import demand_grant
from haike.refused import Refused
from haike.screens.door import done, refused_page
from haike.screens.module import PREFIX, known_on, option_off, reachable
from haike.sheets.values import clean_text
from haike.site.menu import keeps_rates, may_administer

COLOURS = ("", "grey", "blue", "teal", "green", "yellow", "orange", "red", "pink", "purple")
View = Callable[..., HttpResponse]


def for_holders(*grants: str) -> Callable[[View], View]:
    """Only for those who hold one of these grants; for others the page is not there."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, **where: Any) -> HttpResponse:
            demand_grant(request, *grants)
            try:
                return view(request, **where)
            except Refused as no:
                return refused_page(request, no)

        return inner

    return wrap


for_administrators = for_holders("settings")
for_word_keepers = for_holders("settings", "dictionary")


def note(what: str, key: int, diff: dict[str, list[Any]], *, by: Any) -> None:
    """A line of the change log about a setting."""
    Change(
        entity=what, record_id=key, at=timezone.now(), by_id=by.pk, origin=origin.get(), action="change", diff=diff
    ).save(force_insert=True)


def settings_view(request: HttpRequest) -> HttpResponse:
    """All that can be set, by group."""
    user, faults = cast(Any, request.user), {}
    if not may_administer(user):
        raise Http404
    may_set = user.grants.may_do("settings")
    if request.method == "POST":
        if not may_set:
            raise Http404
        faults = set_options(request.POST, by=user)
        if not faults:
            return done(request, _("The settings are saved."), "/settings/")
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in shown_options():
        shown = request.POST.get(each.key, each()) if faults else each()
        groups[str(each.group)].append(
            {"option": each, "value": shown, "fault": faults.get(each.key, ""), "kind": kind(each)}
        )
    context = {"groups": dict(groups) if may_set else {}, "links": links(user), "faults": faults}
    return render(request, "site/settings.html", context, status=422 if faults else 200)


def shown_options() -> list[Option]:
    """The settings that stand on the page: not those of modules that are off, nor the switches themselves."""
    return [each for each in options() if not each.key.startswith(PREFIX) and not option_off(each.key)]


def kind(option: Option) -> str:
    """Which input an option gets."""
    if isinstance(option.default, bool):
        return "switch"
    return "choice" if option.choices else ("number" if isinstance(option.default, int) else "text")


def set_options(data: Any, *, by: Any) -> dict[str, str]:
    """Store all options of a form, or none; returns the faults by key."""
    values, faults = {}, {}
    for each in shown_options():
        if each.key not in data and not isinstance(each.default, bool):
            continue
        try:
            values[each.key] = each.parse(data.get(each.key, ""))
        except Refused as no:
            faults[each.key] = str(no)
    if faults:
        return faults
    with transaction.atomic():
        diff = {}
        for each in shown_options():
            if each.key in values and values[each.key] != each():
                diff[str(each.label)] = [choose(each, values[each.key]), values[each.key]]
        if diff:
            note("kernel.option", 0, diff, by=by)
    return {}


def links(user: Any) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The other pages of administration that the user may open, in groups."""
    may = user.grants.may_do
    found: list[tuple[Any, list[dict[str, Any]]]] = []

    def part(title: Any) -> None:
        found.append((title, []))

    def add(url: str, label: Any, text: Any, symbol: str, allowed: bool) -> None:
        if allowed:
            found[-1][1].append({"url": url, "label": label, "text": text, "symbol": symbol})

    def add_list(slug: str, text: Any, right: str = "edit", label: Any = "") -> None:
        """The list of what somebody sets up, for who may."""
        entity = entity_named(slug)
        if entity is not None:
            add(entity.url, label or entity.label_plural, text, entity.icon, entity.policy.may(user, right))

    part(_("People and rights"))
    add_list("users", _("Who signs in, with which role"), "view")
    add_list("departments", _("The tree of the company"), "view")
    add_list("roles", _("Who may see and do what"), "view")
    add_list("tab-schemes", _("Which tabs of a record a role sees"), "view")
    add_list("product-access", _("Who sees and changes which branches of the product tree"))
    users = entity_named("users")
    text = _("Who leaves, who takes over, what was left behind")
    add("/handovers/", _("Hand-overs"), text, "transfer", users is not None and users.policy.may(user, "edit"))
    text = _("By user, by role, by kind of record")
    add("/settings/rights/", _("Look up rights"), text, "shield-search", may_look_up(user))
    text = _("What every surface shows, compared with the rights each night")
    add("/settings/rights-check/", _("Check of rights"), text, "shield-check", may("roles"))

    part(_("Customers and their owners"))
    add_list("pools", _("Who takes customers out, when they come back"), label=_("Public seas and pools"))
    add_list("assignment-rules", _("To whom new leads and customers go by themselves"))
    add_list("keeper-rules", _("Who looks after customers once they are won"))
    add_list("territories", _("Which seller looks after which part of the market"))
    add_list("tag-rules", _("Tags that come and go with conditions"))

    part(_("Selling and papers"))
    add_list("pipelines", _("Stages of opportunities, what each demands"))
    add_list("solution-templates", _("What solutions for opportunities begin with, the company's and your own"))
    add_list("price-classes", _("List, agreed, VIP and wholesale prices"))
    add_list("product-packages", _("Products that are sold together under one name"))
    add_list("plan-templates", _("How amounts are split into instalments, such as 30/60/10"))
    add_list("print-templates", _("How quotes, orders and contracts look on paper"))
    add_list("contract-templates", _("From which the texts of contracts are made by one click"))
    add("/settings/currency", _("Currencies"), _("Exchange rates by day"), "arrows-exchange", keeps_rates(user))

    part(_("Fields and words"))
    text = _("What your company wants to know besides")
    add("/settings/fields/", _("Own fields"), text, "forms", may("settings"))
    text = _("Fields, sections and tabs of forms and pages")
    add("/settings/layout/", _("Layouts"), text, "layout-dashboard", may("settings"))
    keeps_words = may("settings") or may("dictionary")
    add("/settings/dictionaries/", _("Data dictionary"), _("The words to choose from"), "list-details", keeps_words)
    text = _("Patterns of customer and document numbers")
    add("/settings/numbers/", _("Running numbers"), text, "list-numbers", may("settings"))

    part(_("Company and connections"))
    add("/settings/company", _("Company"), _("Name, logo, contacts"), "building-skyscraper", may("settings"))
    text = _("Functions that the company uses or not")
    add("/settings/modules/", _("Modules"), text, "toggle-right", may("settings"))
    add("/settings/mail", _("Outgoing mail"), _("The server by which papers are sent"), "mail", may("settings"))
    add("/settings/webhooks/", _("Webhooks"), _("Tell other programs what happens"), "webhook", may("settings"))
    add("/settings/samples", _("Sample company"), _("Take the examples out"), "flask", may("settings"))

    part(_("Logs and health"))
    add("/settings/alarms/", _("Alarms"), _("Unusual use: new places, mass viewing"), "bell-ringing", may("alarms"))
    add("/settings/sign-ins/", _("Sign-in log"), _("Who came in when, from where"), "login", may("log"))
    add("/settings/operations/", _("Operation log"), _("Who changed what"), "history", may("log"))
    add("/settings/exports/", _("Log of exports"), _("Who took what, by its number"), "file-export", may("log"))
    text = _("Large exports that wait for a yes")
    add("/exports/", _("Approval of exports"), text, "checks", may("approve_exports"))
    add("/settings/errors/", _("Faults"), _("What broke, by its number"), "bug", may("log"))
    add("/settings/health", _("Health"), _("Database, jobs, disk"), "heartbeat", may("settings") or may("log"))
    text = _("What pages may take, and what they take here")
    add("/settings/speed", _("Speed"), text, "gauge", may("settings") or may("log"))
    add("/jobs/", _("Jobs"), _("What runs in the background"), "clock-play", True)
    add("/batches/", _("Bulk acts"), _("What was done to many records at once, and undo"), "arrow-back-up", True)

    shown = [(title, reachable(pages, lambda link: str(link["url"]))) for title, pages in found]
    return [(title, pages) for title, pages in shown if pages]


@for_word_keepers
def dictionaries_view(request: HttpRequest) -> HttpResponse:
    """All pick-lists."""
    found = [
        {"key": key, "label": each.label, "words": list(dictionary.words_of(key, retired=False).values())}
        for key, each in known_on(dictionary.dictionaries(), "dictionaries").items()
    ]
    return render(request, "site/dictionaries.html", {"dictionaries": found})


@for_word_keepers
def dictionary_view(request: HttpRequest, key: str) -> HttpResponse:
    """The words of one pick-list: add, rename, colour, order, retire."""
    declared, user = dictionary.dictionaries().get(key), cast(Any, request.user)
    if declared is None:
        raise Http404
    fault = ""
    if request.method == "POST":
        try:
            act(key, request.POST, by=user)
            return redirect(f"/settings/dictionaries/{key}/")
        except Refused as no:
            fault = str(no)
    words = list(DictionaryWord.objects.filter(dictionary=key))
    context = {"key": key, "label": declared.label, "words": words, "colours": COLOURS, "fault": fault}
    return render(request, "site/dictionary.html", context, status=422 if fault else 200)


def act(key: str, data: Any, *, by: Any) -> None:
    """One change of a pick-list, as its page sends it."""
    with transaction.atomic():
        rows = DictionaryWord.objects.select_for_update().filter(dictionary=key)
        if data.get("add"):
            add_word(key, data.get("name", ""), data.get("name_en", ""), data.get("colour", ""), by=by)
        elif (chosen := whole(data.get("word"))) is not None:
            word = rows.filter(pk=chosen).first()
            if word is None:
                raise Http404
            if data.get("move") in ("up", "down"):
                move_word(list(rows), word, -1 if data["move"] == "up" else 1, by=by)
            elif data.get("retire"):
                word.retired_at = None if word.retired_at else timezone.now()
                word.save()
                note(
                    "kernel.dictionaryword",
                    word.pk,
                    {word.name: ["", str(_("retired") if word.retired_at else _("in use"))]},
                    by=by,
                )
            else:
                rename_word(rows, word, data.get("name", ""), data.get("name_en", ""), data.get("colour", ""), by=by)
        dictionary.changed()


def _checked(name: str, name_en: str, colour: str) -> tuple[str, str, str]:
    name, name_en = clean_text(name), clean_text(name_en)
    if not name or len(name) > 80 or len(name_en) > 80:
        raise Refused(_("A word needs a name of at most 80 characters."))
    return name, name_en, colour if colour in COLOURS else ""


def add_word(key: str, name: str, name_en: str, colour: str, *, by: Any) -> DictionaryWord:
    """A new word at the end of a pick-list."""
    name, name_en, colour = _checked(name, name_en, colour)
    rows = DictionaryWord.objects.filter(dictionary=key)
    if rows.filter(name=name).exists():
        raise Refused(_("“%(name)s” is in the list already.") % {"name": name})
    last = rows.aggregate(last=Max("position"))["last"] or 0
    word = DictionaryWord.objects.create(
        dictionary=key,
        code=f"w{timezone.now():%y%m%d%H%M%S%f}",
        name=name,
        name_en=name_en,
        colour=colour,
        position=last + 1,
    )
    note("kernel.dictionaryword", word.pk, {key: ["", name]}, by=by)
    return word


def _keeps_words(user: Any) -> bool:
    return any(user.grants.may_do(grant) for grant in ("settings", "dictionary"))


def _take_up(key: str, name: str, by: Any) -> str:
    """Put a word on a pick-list from elsewhere; its code."""
    word = add_word(key, name, "", "", by=by)
    dictionary.changed()
    return word.code


keepers.append(Keeper(_keeps_words, _take_up))


def rename_word(rows: Any, word: DictionaryWord, name: str, name_en: str, colour: str, *, by: Any) -> None:
    """Another name or colour; records keep pointing to the word."""
    name, name_en, colour = _checked(name, name_en, colour)
    if rows.filter(name=name).exclude(pk=word.pk).exists():
        raise Refused(_("“%(name)s” is in the list already.") % {"name": name})
    before = word.name
    word.name, word.name_en, word.colour = name, name_en, colour
    word.save()
    note("kernel.dictionaryword", word.pk, {word.dictionary: [before, name]}, by=by)


def move_word(rows: list[DictionaryWord], word: DictionaryWord, step: int, *, by: Any) -> None:
    """One place up or down."""
    place = next(index for index, each in enumerate(rows) if each.pk == word.pk)
    other = place + step
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, each in enumerate(rows):
        each.position = position
    DictionaryWord.objects.bulk_update(rows, ["position"])
    note("kernel.dictionaryword", word.pk, {word.name: [place + 1, other + 1]}, by=by)
