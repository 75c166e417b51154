"""The shapes that a list's query can take, and the choice between them.

- few: a narrow condition leaves some thousand candidates; they are fetched and sorted.
- walk: whoever sees everything walks the index of the sort until the page is full. With a filter or a search, also of
  somebody who sees many owners, the walk gives up after a while: what is looked for may lie all at the far end.
- arms: whoever sees some owners takes the first rows of each by `(owner, key, id)`, and of the shares, merged.
- windows: with a filter or a search arms go only as far as the first of the owners that has so many rows behind him,
  then from there on four times as far: in a walk all that is newest may be rows of others.
- gather: all that match are collected and sorted; always right, slow where nothing narrows.

Rights are part of each of them. Tokens of the search only narrow. The figures are in `bench/`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from haike.find.index.hits import candidates, expected
from haike.find.index.tokens import are_tokens
from haike.find.memory import Memory
from haike.find.order import Place
from haike.find.pieces import Order, Pieces
from haike.find.statement import Rows, Statement, compiled, list_driver, together

Row = tuple[int, Any]
Within = Callable[[Rows], Rows]

sizes = Memory(60, 1 << 20)


@dataclass
class Candidates:
    """What the index of the search tells of some words, whoever asks: rights and filters come on top."""

    expected: int | None = None
    few: dict[int, array[int] | None] = field(default_factory=dict)
    """By the limit under which they were asked for all of them, or None where they are not fewer."""


class Shapes(Pieces):
    """The rows of a list by the shape that suits it."""

    GLANCE: ClassVar[int] = 2_501
    """Words with fewer candidates than this need no further thought."""
    OWN_GLANCE: ClassVar[int] = 201
    """The same among the rows of few owners."""
    FEW: ClassVar[int] = 5_001
    OWN_FEW: ClassVar[int] = 2_001
    """From so many candidates on they are not fetched all; a walk for some owners is cheaper, so it comes sooner."""
    STROLL: ClassVar[int] = 2_000
    """So many rows a filtered walk looks at before anything else is tried,"""
    WALK: ClassVar[int] = 20_000
    """and so many when there are not few candidates."""
    WINDOW: ClassVar[int] = 500
    """So many rows of all owners together the first window has."""
    SMALL: ClassVar[int] = 10_000
    """Up to so many rows of the owners in reach each may be looked at."""
    MOST_ARMS: ClassVar[int] = 500
    """SQLite joins no more."""
    MOST_OWNER_TOKENS: ClassVar[int] = 200
    MOST_FETCHED: ClassVar[int] = 7_500
    MOST_JOINED: ClassVar[int] = 150_000
    """PostgreSQL collects all hits before it gives the first, so how many it expects decides: up to the first they are
    fetched to see whether they are few, up to the second they drive a count; more common words a walk finds soon."""

    few: array[int] | None = None
    """All candidates, once they are known to be few;"""
    few_hits = False
    """whether the index of the search gave them."""

    @cached_property
    def candidates(self) -> Candidates:
        """What the index of the search told of these words so far."""
        return Candidates()

    # Rows of a page

    def top(self, limit: int, place: Place | None = None, *, backwards: bool = False) -> list[Row]:
        """The first rows behind a place, in order."""
        if self.reach.nothing:
            return []
        if not self.hot:
            return [(id, None) for id in self.gather(limit)]
        parts: list[bool | None] = [False, True] if self.keys[0].nullable else [None]
        if backwards:
            parts.reverse()
        found: list[Row] = []
        for empty in parts:
            start = place
            if place is not None and empty is not None and (place.value is None) != empty:
                if empty == backwards:
                    continue
                start = None
            order = Order(self.keys[0], self.keys[0].descending != backwards, empty)
            found += self.part(limit - len(found), order, start)
            if len(found) >= limit:
                break
        return found

    def part(self, limit: int, order: Order, place: Place | None) -> list[Row]:
        """The first rows of one part of the order."""
        if not self.filtered:
            if self.reach.owners is None:
                return self.walk(limit, order, place, self.rows)
            return self.arms(limit, order, place)
        if self.glance():
            return self.sorted(limit, order, place)
        if self.small:
            return self.arms(limit, order, place)
        rows = self.bounded_walk(limit, order, place, self.STROLL)
        if rows is None and not self.probe(self.FEW if self.reach.owners is None else self.OWN_FEW):
            further = self.windows if self.has_arms else self.bounded_walk
            rows = further(limit, order, place, self.WALK)
        return rows if rows is not None else self.sorted(limit, order, place)

    def walk(self, limit: int, order: Order, place: Place | None, rows: Rows, offset: int = 0) -> list[Row]:
        """Along the index of the sort."""
        ordered = self.along(self.behind(rows, order, place), order, limit, offset)
        return self.fetch(compiled(self.connection, ordered, index=self.walk_index))

    def bounded_walk(self, limit: int, order: Order, place: Place | None, bound: int) -> list[Row] | None:
        """The same, None when as many rows as `bound` were passed and the page is not full."""
        edge = self.walk(1, order, place, self.state_rows, bound)
        rows = self.searched(self.owned(self.rows))
        if edge:
            rows = rows.where(self.beyond(order, Place(edge[0][1], edge[0][0]), until=True))
        found = self.walk(limit, order, place, rows)
        if len(found) < limit and edge:
            return None
        if self.reach.shares:
            found = order.sorted([*found, *self.fetch(self.shared(limit, order, place))])[:limit]
        return found

    def arms(self, limit: int, order: Order, place: Place | None) -> list[Row]:
        """The first rows of each owner and of the shares, merged."""
        owners = self.reach.owners or ()
        if owners and not self.has_arms:
            return self.sorted(limit, order, place)
        rows = self.along(self.behind(self.searched(self.rows), order, place), order)
        parts = self.owner_arms(rows, owners, limit) if owners else []
        if self.reach.shares:
            parts.append(self.shared(limit, order, place))
        return self.fetch(together(parts, f"{order.sql} LIMIT %s", [limit]))

    @property
    def has_arms(self) -> bool:
        """Whether the rows of each owner in reach lie in order, and the owners are not too many."""
        return 0 < len(self.reach.owners or ()) <= self.MOST_ARMS and self.own_index is not None

    def windows(self, limit: int, order: Order, place: Place | None, bound: int) -> list[Row] | None:
        """Window by window of the owners' rows, None when as many as `bound` were passed and the page is not full."""
        owners, tail = self.reach.owners or (), f"{order.sql} LIMIT %s"
        depth, found, start, passed = self.WINDOW // len(owners) + 1, list[Row](), place, 0
        while len(found) < limit:
            if passed >= bound:
                return None
            ordered = self.along(self.behind(self.state_rows, order, start), order, offset=depth - 1)
            edge = self.fetch(together(self.owner_arms(ordered, owners, 1), tail, [1]))
            rows = self.behind(self.searched(self.rows), order, start)
            if edge:
                rows = rows.where(self.beyond(order, Place(edge[0][1], edge[0][0]), until=True))
            arms = self.owner_arms(self.along(rows, order), owners, limit - len(found))
            found += self.fetch(together(arms, tail, [limit - len(found)]))
            if not edge:
                break
            start, passed, depth = Place(edge[0][1], edge[0][0]), passed + depth * len(owners), depth * 4
        if self.reach.shares:
            found = order.sorted([*found, *self.fetch(self.shared(limit, order, place))])[:limit]
        return found

    def owner_arms(self, rows: Rows, owners: tuple[int, ...], limit: int) -> list[Statement]:
        """One query per owner, on PostgreSQL one for all."""
        column = self.column("owner_id")
        if not self.sqlite:
            arm = compiled(self.connection, rows.where(Statement(f"{column} = mine.owner")), limit=limit)
            head = "SELECT own.* FROM unnest(%s::bigint[]) AS mine(owner) CROSS JOIN LATERAL"
            return [Statement(f"{head} ({arm.sql}) own", [list(owners), *arm.params])]
        mark = object()
        mine = rows.where(Statement(f"{column} = %s", [mark]))
        arm = compiled(self.connection, mine, index=self.own_index, limit=limit)
        at = next(at for at, value in enumerate(arm.params) if value is mark)
        return [Statement(arm.sql, [*arm.params[:at], owner, *arm.params[at + 1 :]]) for owner in owners]

    def shared(self, limit: int, order: Order, place: Place | None) -> Statement:
        """The first rows shared with the user that come by no owner."""
        rows = self.along(self.behind(self.searched(self.not_owned(self.rows)), order, place), order)
        return compiled(self.connection, rows, self.share_driver, self.share_index, limit)

    def sorted(self, limit: int, order: Order, place: Place | None) -> list[Row]:
        """All that match, sorted; MATERIALIZED keeps the planner from walking the sort's index instead."""
        rows = self.behind(self.rows, order, place)
        every = together(self.matching(rows, self.read_columns(self.key_columns), many=True))
        head = f"WITH matching AS MATERIALIZED ({every.sql}) SELECT * FROM matching {order.sql} LIMIT %s"
        return self.fetch(Statement(head, [*every.params, limit]))

    def gather(self, limit: int | None = None) -> array[int]:
        """The ids in any order."""
        parts = self.matching(self.rows, self.read_columns(self.key_columns))
        if limit is None:
            return self.fetch_ids(together(parts, self.order_sql))
        # Each part gives its first rows only: SQLite would sort all of each before it merges them.
        first = [part.within(f"SELECT * FROM ({{}}) part {self.order_sql}").limited(limit) for part in parts]
        return self.fetch_ids(together(first, f"{self.order_sql} LIMIT %s", [limit]))

    # All rows

    def in_order(self) -> array[int]:
        """Every id, in order."""
        if self.reach.nothing:
            return array("q")
        if not self.hot:
            return self.gather()
        found = array("q")
        for empty in [False, True] if self.keys[0].nullable else [None]:
            order = Order(self.keys[0], self.keys[0].descending, empty)
            rows = self.behind(self.rows, order, None)
            if self.reach.owners is None and not self.filtered:
                statement = compiled(self.connection, self.along(rows, order), index=self.walk_index)
            else:
                statement = together(self.matching(rows, self.read_columns(self.key_columns)), order.sql)
            found.extend(self.fetch_ids(statement))
        return found

    def matching(self, rows: Rows, columns: set[str] | None = None, *, many: bool = False) -> list[Statement]:
        """`rows` within scope and search, unordered, in queries that share no row.

        `columns` are all that the query reads, None where that is not known; `many`: the filter is known to leave many.
        """
        if self.reach.nothing:
            return []
        if self.few is not None or self.glance():
            rows = self.within_scope(rows)
            rows = self.confirmed(rows) if self.few_hits else self.searched(rows)
            index = self.covering(("id",), None if columns is None else columns | self.scope_columns) or ""
            return [compiled(self.connection, rows, self.id_driver(self.few or ()), index)]
        hits = None if self.small else self.hits(by_token=True)
        if hits is not None:
            return [
                compiled(self.connection, self.confirmed(within(rows)), found.driver("hit", self.column("id")), "")
                for found, within in hits
            ]
        return self.within_reach(self.searched(rows), columns, many=many)

    def confirmed(self, rows: Rows) -> Rows:
        """Candidates of the search index that have the words; PostgreSQL has read the text with the tokens, and where
        a token is a whole word there is nothing more to read."""
        return rows if not self.sqlite or are_tokens(self.words) else self.searched(rows)

    def within_reach(self, rows: Rows, columns: set[str] | None, *, many: bool = False) -> list[Statement]:
        """`rows` by owners and by shares."""
        if self.reach.owners is None:
            # With a filter the planner knows best which index leads to few rows.
            index = self.covering((), columns) if many or not self.where else None
            return [compiled(self.connection, rows, index=index)]
        parts = []
        if self.reach.owners and self.sqlite:
            index = self.covering(("owner_id",), columns)
            if index is None and self.broad:
                # An index on an own field that the filter reads may lead to few rows.
                own = self.known.own and "custom" in (self.columns_tested or ())
                parts.append(compiled(self.connection, self.owned(rows), index=None if own else ""))
            else:
                driver = list_driver(self.connection, self.column("owner_id"), self.reach.owners, "mine")
                parts.append(compiled(self.connection, rows, driver, index))
        elif self.reach.owners:
            parts.append(compiled(self.connection, self.owned(rows)))
        if self.reach.shares:
            parts.append(compiled(self.connection, self.not_owned(rows), self.share_driver, self.share_index))
        return parts

    def read_columns(self, more: set[str] | None) -> set[str] | None:
        """The columns that filters and state read, and some more; None where other tables are read."""
        columns = self.columns_tested
        return None if columns is None or more is None else columns | more

    @property
    def scope_columns(self) -> set[str]:
        """The columns that tell whether a row is in the scope."""
        return {"owner_id", self.scope.share_column}

    @property
    def key_columns(self) -> set[str] | None:
        """The columns of the sort keys."""
        fields = [key.field for key in self.keys]
        return None if None in fields else {str(field.column) for field in fields if field is not None}

    # Narrowing

    def glance(self) -> bool:
        """Whether the index of the search tells at once that there are few candidates."""
        if self.few is None and self.words and (self.sqlite or self.expected < self.GLANCE):
            self.probe_words(self.GLANCE, by_token=False)
            if self.few is None and self.sqlite and self.small:
                self.probe_words(self.OWN_GLANCE, by_token=True)
        return self.few is not None

    def probe(self, limit: int) -> bool:
        """Whether search or filter leaves fewer candidates than this."""
        self.probe_words(limit, by_token=self.sqlite)
        if self.few is None and self.where:
            self.few = self.all_of(self.within_reach(self.plain_rows, self.columns_tested), limit)
        return self.few is not None

    def probe_words(self, limit: int, *, by_token: bool) -> None:
        """Fetch the candidates of the search when they are fewer than this; asked once for each limit."""
        if (limit, by_token) not in self.probed and self.few is None:
            self.probed.add((limit, by_token))
            everywhere = self.reach.owners is None or not by_token
            known = self.candidates.few if everywhere else {}
            if limit not in known:
                hits = self.hits(by_token=by_token) if self.sqlite or self.expected <= self.MOST_FETCHED else None
                known[limit] = self.all_of([found for found, _ in hits], limit) if hits is not None else None
            self.few = known[limit]
            self.few_hits = self.few is not None

    @cached_property
    def probed(self) -> set[tuple[int, bool]]:
        """The probes that found too many."""
        return set()

    def all_of(self, statements: list[Statement], limit: int) -> array[int] | None:
        """The ids of all of them, None when they are not fewer than this."""
        found: set[int] = set()
        for statement in statements:
            found.update(self.fetch_ids(statement.limited(limit)))
            if len(found) >= limit:
                return None
        return array("q", found)

    def hits(self, *, by_token: bool) -> list[tuple[Statement, Within]] | None:
        """Queries for what the search index gives, each with its part of the scope; None where it would not help.

        `by_token` keeps to the scope, on SQLite by the tokens of few owners: good for common words, dear for rare ones.
        """
        if not self.words or (not self.sqlite and self.expected > self.MOST_JOINED):
            return None
        owners = self.reach.owners
        if owners is None or not by_token:
            found = candidates(self.connection, self.model, self.words)
            return None if found is None else [(Statement(*found), self.within_scope)]
        few_owners = self.sqlite and len(owners) <= self.MOST_OWNER_TOKENS
        found = candidates(self.connection, self.model, self.words, owners if few_owners else None)
        if found is None:
            return None
        parts: list[tuple[Statement, Within]] = [(Statement(*found), self.owned)] if owners else []
        if self.reach.shares:
            rows = self.searched(self.not_owned(self.plain_rows))
            parts.append((compiled(self.connection, rows, self.share_driver, self.share_index), self.not_owned))
        return parts

    @property
    def expected(self) -> int:
        """How many hits PostgreSQL expects."""
        if self.candidates.expected is None:
            self.candidates.expected = expected(self.connection, self.model, self.words)
        return self.candidates.expected

    @cached_property
    def small(self) -> bool:
        """Whether all the owners' rows together are few enough to look at each."""
        owners = self.reach.owners
        return owners is not None and self.size(owners, self.SMALL + 1) <= self.SMALL

    @cached_property
    def broad(self) -> bool:
        """Whether the owners have so much of the table that reading all of it is faster than row by row."""
        return not self.small and 8 * self.size(self.reach.owners) > self.size(None)

    def size(self, owners: tuple[int, ...] | None, cap: int | None = None) -> int:
        """How many rows outside the bin some owners have (None: all), as far as it matters; some time ago."""
        live = Statement(f"{self.column('deleted_at')} IS NULL")
        rows = Rows(self.table, Statement(f"{self.column('id')} AS id"), tests=(live,))
        index = self.known.covering(() if owners is None else ("owner_id",), [])
        rows = rows if owners is None else rows.where(self.owner_test(owners))

        def count() -> int:
            counted = compiled(self.connection, rows, index=index.name if index else None, limit=cap)
            return int(counted.within("SELECT count(*) FROM ({}) counted").rows(self.connection)[0][0])

        key = ("size", self.database, self.model._meta.label, owners, cap)
        return sizes.get(key, count, lambda size: 64 if size > 200 else 0)

    def number(self, cap: int | None) -> int:
        """How many rows, counted up to the cap."""
        found = 0
        for part in self.matching(self.plain_rows, self.read_columns(set())):
            counted = part if cap is None else part.limited(cap - found)
            found += counted.within("SELECT count(*) FROM ({}) counted").rows(self.connection)[0][0]
            if cap is not None and found >= cap:
                break
        return found

    # Reading

    def fetch(self, statement: Statement) -> list[Row]:
        """Rows as (id, sort key)."""
        return [(row[0], row[1]) for row in statement.rows(self.connection)]

    def fetch_ids(self, statement: Statement) -> array[int]:
        """The ids alone."""
        return statement.ids(self.connection)
