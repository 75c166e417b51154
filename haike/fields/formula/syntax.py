"""The text of a formula as a tree: numbers, texts, {fields}, operators, functions.

    IF({年采购额} >= 100000, "大", "小") & " " & {客户级别}

Chinese signs count as their plain ones. Operators from the loosest: or, and, comparison, &, + -, * /, minus sign.
Everything is a `Call` but the leaves. What cannot be read is Refused with the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

LONGEST, DEEPEST = 2_000, 40


@dataclass(frozen=True)
class Constant:
    """A number, a text, or None for the empty text."""

    value: Decimal | str | None


@dataclass(frozen=True)
class Field:
    """A field of the record, by its label or its name."""

    name: str


@dataclass(frozen=True)
class Call:
    """An operator or a function with what it works on."""

    name: str
    args: tuple[Node, ...]


Node = Constant | Field | Call

SIGNS = str.maketrans("（），；＋－—＊×／÷＝＜＞≤≥≠＆［］｛｝", "(),,+--**//=<>≤≥≠&[]{}")
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d{1,15}(?:\.\d{1,15})?(?![\d.]))
  | "(?P<text>[^"]*)" | '(?P<text2>[^']*)' | “(?P<text3>[^”]*)”
  | [{｛](?P<field>[^{}｛｝]+)[}｝]
  | (?P<sign><=|>=|<>|!=|[-+*/&=<>(),≤≥≠（），；＋－—＊×／÷＝＜＞＆])
  | (?P<word>[^\W\d]\w*)
)""",
    re.VERBOSE,
)
_SAME = {"≤": "<=", "≥": ">=", "≠": "<>", "!=": "<>"}
_WORDS = {"and": "and", "且": "and", "并且": "and", "or": "or", "或": "or", "或者": "or"}
LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "<>", "<", "<=", ">", ">="}),
    frozenset({"&"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/"}),
)


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str
    place: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise _unreadable(text, at)
        kind = str(found.lastgroup)
        value = found[kind]
        if kind == "sign":
            value = _SAME.get(value.translate(SIGNS), value.translate(SIGNS))
        elif kind == "word" and value.lower() in _WORDS and not text[found.end() :].lstrip().startswith(("(", "（")):
            kind, value = "sign", _WORDS[value.lower()]
        yield _Token(kind.rstrip("23"), value, found.start(kind))
        at = found.end()


def _unreadable(text: str, at: int) -> Refused:
    rest = text[at:].strip()[:10]
    if rest.startswith(("{", "｛")):
        return Refused(_("The brace before “%(rest)s” is not closed.") % {"rest": rest[1:]})
    if not rest:
        return Refused(_("Something is missing at the end of the formula."))
    return Refused(
        _("The formula cannot be read from its character %(place)s on: “%(rest)s”.")
        % {"place": at + 1 + len(text[at:]) - len(text[at:].lstrip()), "rest": rest}
    )


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at, self.depth = text, list(_tokens(text)), 0, 0

    def fail(self) -> Refused:
        return _unreadable(self.text, self.tokens[self.at].place if self.at < len(self.tokens) else len(self.text))

    def next_is(self, *signs: str) -> bool:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token is not None and token.kind == "sign" and token.value in signs

    def take(self, sign: str) -> None:
        if not self.next_is(sign):
            raise self.fail()
        self.at += 1

    def level(self, depth: int) -> Node:
        if depth == len(LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while self.next_is(*LEVELS[depth]):
            sign = self.tokens[self.at].value
            self.at += 1
            left = Call(sign, (left, self.level(depth + 1)))
        return left

    def nested(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(_("The formula is nested too deeply."))
        found = read()
        self.depth -= 1
        return found

    def unary(self) -> Node:
        if self.next_is("-"):
            self.at += 1
            return self.nested(lambda: Call("minus", (self.unary(),)))
        return self.leaf()

    def leaf(self) -> Node:
        if self.at >= len(self.tokens):
            raise self.fail()
        token = self.tokens[self.at]
        if self.next_is("("):
            self.at += 1
            found = self.nested(lambda: self.level(0))
            self.take(")")
            return found
        if token.kind == "sign":
            raise self.fail()
        self.at += 1
        if token.kind == "number":
            return Constant(Decimal(token.value))
        if token.kind == "text":
            return Constant(token.value or None)
        if token.kind == "field":
            return Field(token.value.strip())
        return self.call(token)

    def call(self, token: _Token) -> Node:
        if not self.next_is("("):
            raise Refused(
                _("“%(word)s” is no function. Put the names of fields in braces: {%(word)s}.") % {"word": token.value}
            )
        self.at += 1
        args: list[Node] = []
        while not self.next_is(")"):
            if args:
                self.take(",")
            args.append(self.nested(lambda: self.level(0)))
        self.take(")")
        return Call(token.value.lower(), tuple(args))


def read_formula(text: str) -> Node:
    """The tree of a formula; raises Refused."""
    if not text.strip():
        raise Refused(_("Write a formula."))
    if len(text) > LONGEST:
        raise Refused(_("A formula has at most %(most)s characters.") % {"most": LONGEST})
    # As in a spreadsheet.
    reader = _Reader(_EQUALS.sub(lambda found: " " * len(found[0]), text, count=1))
    found = reader.level(0)
    if reader.at < len(reader.tokens):
        raise reader.fail()
    if _height(found) > DEEPEST * len(LEVELS):
        raise Refused(_("The formula is nested too deeply."))
    return found


_EQUALS = re.compile(r"^\s*[=＝]")


def _height(node: Node) -> int:
    """How deep the tree is; a row of hundreds of plus signs is a deep one too."""
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(each, Call):
            waiting += [(arg, depth + 1) for arg in each.args]
    return deepest


def fields_in(node: Node) -> Iterator[str]:
    """The names of all fields that a formula reads."""
    if isinstance(node, Field):
        yield node.name
    elif isinstance(node, Call):
        for arg in node.args:
            yield from fields_in(arg)


_BRACES = re.compile(r"([{｛])([^{}｛｝]+)([}｝])|\"[^\"]*\"|'[^']*'|“[^”]*”")


def rename_fields(text: str, name: Callable[[str], str]) -> str:
    """The text of a formula with other names for its fields; texts within it stay as they are."""
    return _BRACES.sub(lambda found: f"{{{name(found[2].strip())}}}" if found[2] else found[0], text)
