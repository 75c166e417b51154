"""The surfaces that every kind of record has."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from haike.api.webhook.payload import told as told_of
from haike.exchange.export import Order
from haike.kernel.entity import Entity, Related, entity_named
from haike.kernel.filter import Group, Line
from haike.kernel.look import EmailLook, PhoneLook
from haike.people.grants import HOUSE
from haike.people.proof.oracle import KEPT
from haike.people.proof.walk import Answer, Walk, surface
from haike.screens.tabs import LOG, tabs_of

WORDS = 20
MOST_API = 200
LEAST_SECRET = 6


def _words(record: object) -> str:
    return quote(str(record)[:WORDS])


def _enters(walk: Walk, entity: Entity) -> bool:
    if entity.label in KEPT:
        return walk.oracle.does(walk.user.pk, KEPT[entity.label])
    return bool(walk.oracle.reaches(walk.user.pk, "view", entity.label)) or entity.policy.everybody_sees


@surface("page", _("Page of a record"))
def pages(walk: Walk, entity: Entity) -> None:
    """The page, its form, its log, and what they link to."""
    for record in walk.sample.some(entity):
        base = entity.url_of(record)
        for path in (base, f"{base}panel/log", f"{base}edit"):
            answer = walk.ask(path)
            action = "edit" if path.endswith("edit") else "view"
            tab = LOG if path.endswith("panel/log") else ""
            walk.compare("page", entity, record, answer.shown, path, action, tab)
            walk.follow("page", answer)
            _no_secret(walk, "page", entity, record, answer)
            if path == base:
                offered = set(re.findall(rf'"{re.escape(base)}panel/([a-z0-9_-]+)"', answer.text)) - {LOG}
                # The others are asked for as tabs.
                for key in sorted(offered - {*tabs_of(entity)}):
                    walk.follow("page", walk.ask(f"{base}panel/{key}"))


def _no_secret(walk: Walk, key: str, entity: Entity, record: Any, answer: Answer) -> None:
    """No hidden or masked telephone number or address stands in the answer in full."""
    if not answer.shown:
        return
    veiled = walk.oracle.veiled(walk.user.pk, entity, record)
    for name, look in entity.looks.items():
        if isinstance(look, PhoneLook | EmailLook) and (
            veiled or walk.oracle.field(walk.user.pk, entity, name) in ("hidden", "masked")
        ):
            value = str(look.get(record) or "")
            said = {value, look.text(value)} if value else set()
            if any(len(each) >= LEAST_SECRET and each in answer.text for each in said):
                walk.shows_field(key, entity, record, name, answer.path)


@surface("tab", _("Tabs of a record"))
def tabs(walk: Walk, entity: Entity) -> None:
    """Each tab by its own address: who sees the record sees those that no scheme hides."""
    for record in walk.sample.some(entity):
        for key, tab in tabs_of(entity).items():
            path = f"{entity.url_of(record)}panel/{key}"
            answer = walk.ask(path)
            shown = answer.shown
            walk.follow("tab", answer)
            target = entity_named(tab.entity) if isinstance(tab, Related) else None
            if target is None or _enters(walk, target):
                walk.compare("tab", entity, record, shown, path, tab=key)
            elif shown:
                walk.note("tab", entity, record.pk, True, path)


@surface("log", _("Change log"))
def logs(walk: Walk, entity: Entity) -> None:
    """The log by its own address."""
    for record in walk.sample.some(entity):
        path = f"{entity.url_of(record)}log"
        answer = walk.ask(path)
        walk.compare("log", entity, record, answer.shown, path, tab=LOG)
        _no_secret(walk, "log", entity, record, answer)


@surface("list", _("List"))
def lists(walk: Walk, entity: Entity) -> None:
    """The list with its first page and what it links to; where there is no right at all, no list."""
    if "list" in entity.views:
        return
    answer = walk.ask(entity.url)
    shown = {key for other, key in answer.links() if other is entity}
    walk.shows("list", entity, shown, entity.url)
    walk.follow("list", answer)
    if answer.shown != _enters(walk, entity):
        walk.note("list", entity, 0, answer.shown, entity.url)
    for record in walk.sample.some(entity):
        _no_secret(walk, "list", entity, record, answer)


@surface("count", _("Count"))
def counts(walk: Walk, entity: Entity) -> None:
    """How many there are of one owner: a number tells too."""
    owners = sorted({record.owner_id for record in walk.sample.of(entity)} - {None})
    if "owner" not in entity.looks or not _enters(walk, entity):
        return
    for owner in owners[:3]:
        query = urlencode({"f": Group((Line(entity.looks["owner"], "one_of", [str(owner)]),)).text()})
        rows = entity.model._base_manager.filter(owner_id=owner, deleted_at=None, archived_at=None)[:1000]
        expected = sum(walk.may(entity, record) for record in rows)
        told = walk.ask(f"/api/v1/{entity.slug}/?count=true&limit=1&{query}").data().get("count")
        page = walk.ask(f"{entity.url}count?{query}")
        walk.asked["count"] += 1
        if told != expected or (page.shown and not re.search(rf"\b{expected:,}\b|\b{expected}\b", page.text)):
            walk.note("count", entity, 0, (told or 0) > expected, page.path)


@surface("search", _("Search"))
def searches(walk: Walk, entity: Entity) -> None:
    """A record by its words, in the list and by the API."""
    if not entity.search:
        return
    for record in walk.sample.some(entity):
        for path in (f"{entity.url}?q={_words(record)}", f"/api/v1/{entity.slug}/?limit=100&q={_words(record)}"):
            answer = walk.ask(path)
            if path.startswith("/api/"):
                walk.shows("search", entity, [item["id"] for item in answer.data().get("items", ())], path)
            else:
                walk.shows("search", entity, {key for other, key in answer.links() if other is entity}, path)


@surface("picker", _("Picker"))
def pickers(walk: Walk, entity: Entity) -> None:
    """What can be chosen while typing; colleagues can be named by everybody."""
    if entity.label.partition(".")[0] in HOUSE:
        return
    for words in ["", *(_words(record) for record in walk.sample.some(entity) if entity.search)]:
        path = f"{entity.url}pick?q={words}"
        walk.shows("picker", entity, [item["id"] for item in walk.ask(path).data().get("items", ())], path)


@surface("api", _("API"))
def api(walk: Walk, entity: Entity) -> None:
    """All of a kind, and one by one."""
    listed = walk.ask(f"/api/v1/{entity.slug}/?limit={MOST_API}")
    items = listed.data().get("items", ())
    if len(items) < MOST_API:
        walk.shows_all("api", entity, [item["id"] for item in items], listed.path)
    for record in walk.sample.some(entity):
        path = f"/api/v1/{entity.slug}/{record.pk}"
        answer = walk.ask(path)
        walk.compare("api", entity, record, answer.shown, path)
        _no_secret(walk, "api", entity, record, answer)


@surface("export", _("Export"))
def exports(walk: Walk, entity: Entity) -> None:
    """The rows of a file: of chosen records, and of all."""
    keys = [record.pk for record in walk.sample.of(entity)]
    walk.asked["export"] += 1
    if not entity.policy.may(walk.user, "export"):
        if any(walk.may(entity, record, "export") for record in walk.sample.of(entity)):
            walk.note("export", entity, 0, False, "export")
        return
    chosen = Order(entity.label, [], ids=keys).keys(walk.user) if keys else ()
    walk.shows_all("export", entity, chosen, "export ids", "export")
    if walk.sample.whole:
        walk.shows_all("export", entity, Order(entity.label, []).keys(walk.user), "export", "export")


@surface("webhook", _("Webhook"))
def webhooks(walk: Walk, entity: Entity) -> None:
    """What the address of a webhook of this user is told of a new record."""
    records = [record for record in walk.sample.some(entity) if record.deleted_at is None]
    rows: list[Any] = [[record.pk, []] for record in records]
    told = {each["id"]: each["record"] for each in told_of(entity, walk.user, "created", rows)}
    for record in records:
        shown = told.get(record.pk)
        walk.compare("webhook", entity, record, shown is not None, "webhook")
        veiled = walk.oracle.veiled(walk.user.pk, entity, record)
        for name in shown or ():
            look = entity.looks.get(name)
            secret = look is not None and walk.oracle.field(walk.user.pk, entity, name) in ("hidden", "masked")
            if secret or (veiled and isinstance(look, PhoneLook | EmailLook)):
                walk.shows_field("webhook", entity, record, name, "webhook")
