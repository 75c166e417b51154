"""Boards: the records of an entity as cards in lanes, moved by hand, keyboard or form.

A room declares the board of an entity once; page, sums, loading further cards and moving are the same for all:

declare_board("sales.opportunity", Board(field="stage", lanes=lanes_of, where=Q(state="open"), total="worth"))
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.digits import whole
from haike.find.prepared import keyed, keyed_alone, prepared, run_each
from haike.kernel.currency import money_text
from haike.kernel.entity import Entity, Label
from haike.kernel.escape import escape
from haike.kernel.icon import icon
from haike.kernel.look import Look
from haike.kernel.paths import needed_fields, select_paths
from haike.kernel.policy import Actor
from haike.kernel.selection import fetch_ahead
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record
from haike.screens.list import read_page
from haike.screens.table import cells_of
from haike.screens.view import ViewPage, views_of

DAY = timedelta(days=1)
FIRST, FURTHER = 15, 40
"""Cards of a lane that come with the page, and at each further time."""


@dataclass(frozen=True)
class Lane:
    """One column: records whose `Board.field` holds `value`."""

    key: str
    label: str
    value: Any
    hint: str = ""
    about: Any = None
    """What the room knows of the lane, for its `marks`."""


def days_here(since: datetime, *, most: int | None = None) -> str:
    """For `Board.marks`: how long a card has lain in its lane, in red when that is longer than it should."""
    days = (timezone.now() - since) // DAY
    said = escape(ngettext("%(n)d day here", "%(n)d days here", days) % {"n": days})
    late = bool(most) and days > cast(int, most)
    return (
        f'<span class="bad">{icon("clock-exclamation")} {said}</span>' if late else f'<span class="faint">{said}</span>'
    )


@dataclass(frozen=True)
class Board:
    """How the records of an entity lie on a board.

    `lanes(user, group)` gives the columns of one of the `groups` (key, label), such as pipelines. `sort` must be served
    by an index below `field`; records lie in it from the first. `total` is a money column in the company's own
    currency, `percent` one that weighs it. `ask_url(record, lane)` is the form that asks for what a move lacks.
    """

    field: str
    lanes: Callable[[Actor, str], Sequence[Lane]]
    groups: Callable[[Actor], Sequence[tuple[str, Label]]] = lambda _user: ()
    where: Q = dataclasses.field(default_factory=Q)
    sort: str = "-changed_at"
    total: str = ""
    percent: str = ""
    card: Sequence[str] = ()
    tabs: Sequence[str] = ()
    marks: Callable[[Any, Lane], str] | None = None
    """HTML in the foot of a card, such as that it has lain there too long."""
    ask_url: Callable[[Any, Lane], str] | None = None


_boards: dict[str, Board] = {}


def declare_board(label: str, board: Board) -> Board:
    """Give an entity (label) a board."""
    _boards[label] = board
    views_of.setdefault(label, []).append("board")
    return board


def board_of(entity: Entity) -> Board:
    """The board of an entity; 404 where it has none."""
    if entity.label not in _boards:
        raise Http404
    return _boards[entity.label]


Cards = Mapping[int, tuple[Any, Sequence[str]]]
"""Records by their keys with what their cards show."""


@dataclass
class Column:
    """A lane with its first cards."""

    lane: Lane
    cards: SafeString
    head: SafeString
    more_url: str


class BoardPage(ViewPage):
    """Everything `screens/board.html` shows; finds with the same tab, words and filter as the list."""

    view = "board"

    def __init__(self, request: HttpRequest, entity: Entity) -> None:
        self.board = board_of(entity)
        super().__init__(request, entity)
        self.where, self.offered = self.board.where, self.board.tabs
        self.groups = list(self.board.groups(self.user))
        keys = [key for key, __ in self.groups]
        asked = request.GET.get("group", "")
        self.group = asked if asked in keys else (keys[0] if keys else "")
        self.lanes = list(self.board.lanes(self.user, self.group))
        if self.group and self.group != keys[0]:
            self.beside["group"] = self.group

    @cached_property
    def group_links(self) -> list[tuple[str, str, bool]]:
        """The groups to go to; nothing where there is one."""
        if len(self.groups) < 2:
            return []
        first = self.groups[0][0]
        return [
            (str(label), self.url(group=key if key != first else None), key == self.group) for key, label in self.groups
        ]

    # -- sums ------------------------------------------------------------------------------------------------------

    @cached_property
    def sums(self) -> dict[Any, tuple[int, Any, Any]]:
        """Number, total and weighted total by the value of the lane: of one's own and of what is shared by themselves,
        for which there are indexes, and together there is none."""
        by, total, percent = self.board.field, self.board.total, self.board.percent
        keys, wanted = [by], dict[str, Any](number=Count("pk"))
        weighs = self.readable(total) and self.readable(percent)
        # PostgreSQL multiplies slowly, so it sums what weighs the same; SQLite would have to sort the rows for that.
        alike = weighs and connection.vendor == "postgresql"
        if self.readable(total):
            wanted["total"] = Sum(total)
        if alike:
            keys.append(percent)
        elif weighs:
            wanted["weighted"] = Sum(F(total) * F(percent))
        here = self.rows.filter(**{f"{by}__in": [lane.value for lane in self.lanes]})
        found: dict[Any, tuple[int, Any, Any]] = {}
        for arm in self.declared.policy.scope(self.user).arms():
            for row in here.filter(arm).values(*keys).annotate(**wanted):
                number, money, weighted = found.get(row[by], (0, 0, 0))
                some = row.get("total") or 0
                share = (some * (row[percent] or 0) if alike else row.get("weighted") or 0) / 100
                found[row[by]] = (number + row["number"], money + some, weighted + share)
        return found

    def head(self, lane: Lane) -> SafeString:
        """Number and sums of a lane."""
        number, total, weighted = self.sums.get(lane.value, (0, 0, 0))
        parts = [f'<span class="count">{number:,}</span>']
        if self.readable(self.board.total):
            parts.append(f'<span class="lane-sum">{escape(money_text(total or 0))}</span>')
            if self.readable(self.board.percent):
                said = escape(_("weighted %(amount)s") % {"amount": money_text(round(weighted or 0, 2))})
                parts.append(f'<span class="lane-weighted">{said}</span>')
        return mark_safe("".join(parts))

    # -- cards -----------------------------------------------------------------------------------------------------

    @cached_property
    def looks(self) -> dict[str, Look]:
        """What a card shows."""
        entity = self.declared
        names = [name for name in self.board.card if name != entity.title and entity.right(self.user, name) != "hidden"]
        return {name: entity.look_at(name) for name in names}

    @cached_property
    def kinds(self) -> list[str]:
        """The classes of what a card shows."""
        return [f"card-{name.partition('__')[0]}" for name in self.looks]

    @cached_property
    def move_words(self) -> str:
        """What the button of a card says, with a place for its title."""
        return str(_("Move “%(title)s”"))

    def keys(self, lane: Lane, size: int, after: int | None = None) -> list[int]:
        """The cards of a lane in order, those behind a card if one is named; one more than `size` if there are more."""
        name = self.board.sort.lstrip("-")
        down = self.board.sort.startswith("-")
        rows = self.rows.filter(**{self.board.field: lane.value})
        if after is not None:
            place = self.declared.model._base_manager.filter(pk=after).values_list(name, flat=True).first()
            if place is None:
                return []
            way = "lt" if down else "gt"
            rows = rows.filter(Q(**{f"{name}__{way}": place}) | Q(**{name: place, f"pk__{way}": after}))
        return list(self.ordered(rows, size).values_list("pk", flat=True))

    def ordered(self, rows: QuerySet[Any], size: int) -> QuerySet[Any]:
        """Cards in the order of a lane, one more than so many."""
        sign = "-" if self.board.sort.startswith("-") else ""
        return rows.order_by(self.board.sort, f"{sign}pk")[: size + 1]

    def cards_of(self, keys: Sequence[int]) -> Cards:
        """The records of cards, read with what cards show, and that as HTML."""
        entity, names, user = self.declared, list(self.looks), self.user
        joins = tuple(select_paths(entity, names))
        only = (*needed_fields(entity, names), "version", "owner", self.board.field, self.board.sort.lstrip("-"))

        def rows() -> QuerySet[Any]:
            seen = entity.model.objects.visible_to(user).select_related(*joins)
            return seen.filter(keyed(entity.model)).only(*only)

        records = prepared(("board", entity.policy.key(user), joins, only), rows, keys)
        fetch_ahead(entity, names, records, user)
        cells = cells_of(entity, user, records, self.looks)
        return {record.pk: (record, each) for record, each in zip(records, cells, strict=True)}

    @cached_property
    def columns(self) -> list[Column]:  # type: ignore[override]
        """The lanes with their first cards."""
        model = self.declared.model
        column = str(model._meta.get_field(self.board.field).column)
        rows = self.ordered(self.rows.filter(keyed_alone(model, column)), FIRST)
        first = run_each(rows.values_list("pk"), [lane.value for lane in self.lanes])
        found = {lane.key: [row[0] for row in rows] for lane, rows in zip(self.lanes, first, strict=True)}
        cards = self.cards_of([key for keys in found.values() for key in keys[:FIRST]])
        return [self.column(lane, found[lane.key], FIRST, cards) for lane in self.lanes]

    def column(self, lane: Lane, keys: Sequence[int], size: int, cards: Cards) -> Column:
        """A lane with some of its cards."""
        shown = [cards[key] for key in keys[:size] if key in cards]
        more = self.url(lane=lane.key, after=keys[size - 1]) if len(keys) > size else ""
        return Column(lane, mark_safe("".join(self.card(*each, lane) for each in shown)), self.head(lane), more)

    @cached_property
    def may_move(self) -> bool:
        """Whether the user may move anything at all."""
        return self.declared.policy.may(self.user, "edit")

    def card(self, record: Any, cells: Sequence[str], lane: Lane) -> str:
        """One card; built here and not by a template because there are some hundred on a page."""
        title, url = escape(record), self.declared.url_of(record)
        facts = "".join(
            f'<span class="{kind}">{html}</span>' for kind, html in zip(self.kinds, cells, strict=True) if html
        )
        marks = self.board.marks(record, lane) if self.board.marks else ""
        move = ""
        if self.may_move:
            label = escape(self.move_words % {"title": record})
            move = (
                f'<a class="btn btn-quiet btn-icon btn-s" href="{self.base}/move?id={record.pk}" data-dialog '
                f'data-move title="{label}" aria-label="{label}">{icon("arrows-exchange")}</a>'
            )
        return (
            f'<li class="board-card" id="card-{record.pk}" data-id="{record.pk}" data-version="{record.version}">'
            f'<div class="board-card-head"><a class="board-title" href="{url}">{title}</a>{move}</div>'
            f'<div class="board-facts">{facts}{marks}</div></li>'
        )


@entity_view("board")
def board_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The board; with `lane` and `after` further cards of one lane."""
    page = read_page(request, entity, BoardPage)
    fragment = getattr(request, "htmx", False)
    lane = next((lane for lane in page.lanes if lane.key == request.GET.get("lane")), None)
    after = whole(request.GET.get("after"))
    if lane is not None and after is not None:
        keys = page.keys(lane, FURTHER, after)
        column = page.column(lane, keys, FURTHER, page.cards_of(keys[:FURTHER]))
        if fragment:
            return render(request, "screens/board.html#cards", {"board": page, "column": column})
    template = "screens/board.html#body" if fragment else "screens/board.html"
    return render(request, template, {"board": page})


@entity_view("board_move", "edit")
def move_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Put a card into a lane; asks which one where none is named."""
    board, user = board_of(entity), cast(Any, request.user)
    given = {**request.GET.dict(), **request.POST.dict()}
    key = whole(given.get("id"))
    if key is None:
        raise Http404
    record = find_record(entity, user, key)
    lane = _lane_of(board, user, record, str(given.get("lane", "")))
    if request.method != "POST" or lane is None:
        return _ask(request, entity, board, record)
    wants_json = request.headers.get("Accept") == "application/json"
    before = getattr(record, f"{board.field}_id", None) or getattr(record, board.field)
    try:
        if not entity.model.objects.filter(board.where, pk=key).exists():
            raise Refused(_("This card does not lie on the board any more."))
        version = whole(given.get("version"))
        changed = entity.change(record, by=user, version=version, **{board.field: _value(entity, board, lane)})
    except Refused as no:
        return _refused(request, board, record, lane, no, wants_json=wants_json)
    message = _("“%(title)s” is in “%(lane)s” now.") % {"title": record, "lane": lane.label}
    undo = f"{entity.url}board/move?{urlencode({'id': key, 'lane': before})}"
    if not wants_json:
        return done(request, message, entity.url_of(record), undo_url=undo)
    page = read_page(_with_group(request, board, user, lane), entity, BoardPage)
    heads = {each.key: page.head(each) for each in page.lanes}
    return JsonResponse({"message": str(message), "undo": undo, "version": changed.version, "heads": heads})


def _with_group(request: HttpRequest, board: Board, user: Any, lane: Lane) -> HttpRequest:
    """The request as that of the board on which the lane is."""
    query = request.GET.copy()
    for key, __ in board.groups(user):
        if any(each.key == lane.key for each in board.lanes(user, key)):
            query["group"] = key
    request.GET = cast(Any, query)
    return request


def _lane_of(board: Board, user: Any, record: Any, key: str) -> Lane | None:
    groups = [group for group, __ in board.groups(user)] or [""]
    return next((lane for group in groups for lane in board.lanes(user, group) if lane.key == key), None)


def _value(entity: Entity, board: Board, lane: Lane) -> Any:
    column = entity.model._meta.get_field(board.field)
    return column.related_model._base_manager.get(pk=lane.value) if column.is_relation else lane.value


def _refused(
    request: HttpRequest, board: Board, record: Any, lane: Lane, no: Refused, *, wants_json: bool
) -> HttpResponse:
    ask = board.ask_url(record, lane) if board.ask_url and no.fields else ""
    said = " ".join(map(str, [*([no.message] if no.message else []), *no.fields.values()]))
    if wants_json:
        return JsonResponse({"text": said, "ask": ask}, status=422)
    if ask:
        return HttpResponseRedirect(ask)
    raise no


def _ask(request: HttpRequest, entity: Entity, board: Board, record: Any) -> HttpResponse:
    """The lanes as buttons, group by group."""
    user, present = cast(Any, request.user), getattr(record, f"{board.field}_id", None) or getattr(record, board.field)
    groups: list[tuple[str, Label]] = [*board.groups(user)] or [("", "")]
    offered = [(label, [(lane, lane.value == present) for lane in board.lanes(user, group)]) for group, label in groups]
    asked = {"record": record, "action": f"{entity.url}board/move", "offered": offered, "url": entity.url_of(record)}
    fragment = getattr(request, "htmx", False)
    return render(request, "screens/move.html#form" if fragment else "screens/move.html", {"move": asked})
