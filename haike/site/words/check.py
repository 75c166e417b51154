"""Find what a reader would stumble over: texts without Chinese, broken placeholders, bare text in templates."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Message as Entry
from django.template.base import Lexer, TokenType

from haike.site.catalogues import PACKAGE, catalogue_of
from haike.site.rooms import ROOMS
from haike.site.words.extract import Message, messages_of_all, sources
from haike.site.words.update import filled, read

PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]?[\d.]*[a-zA-Z]|%[sd%]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,;:!?]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
ENTITY = re.compile(r"&#?\w+;")
# The same in both languages: names, keys, units, formats.
SAME = {
    "haike",
    "excel",
    "word",
    "csv",
    "xlsx",
    "xls",
    "pdf",
    "api",
    "id",
    "url",
    "ctrl",
    "enter",
    "esc",
    "shift",
    "alt",
}
SAME |= {"tab", "kb", "mb", "gb", "ms", "json", "totp", "github", "sms"}
READ_ATTRIBUTES = {"title", "placeholder", "alt", "aria-label", "aria-description", "label"}
SILENT = {"script", "style", "code", "pre", "kbd", "svg"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def check() -> list[str]:
    """One line for each thing amiss: file, message, what is wrong."""
    problems: list[str] = []
    for room, messages in messages_of_all().items():
        problems += in_catalogue(catalogue_of(PACKAGE / room), messages)
    for room in ROOMS:
        for path in sources(PACKAGE / room):
            if path.suffix == ".html":
                problems += [f"{short(path)}:{line}: bare text {text!r}" for line, text in bare(path)]
    return problems


def short(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def in_catalogue(path: Path, messages: dict[tuple[str, str], Message]) -> Iterator[str]:
    entries: dict[tuple[str, str], Entry] = {}
    catalogue = read(path)
    for entry in catalogue:
        text = entry.id[0] if isinstance(entry.id, tuple | list) else entry.id
        if text:
            entries[entry.context or "", text] = entry
    for key, message in messages.items():
        where = f"{short(path)}: {message.text!r}"
        found = entries.get(key)
        if found is None:
            yield f"{where}: missing, run `haike words update`"
        elif not filled(found.string):
            yield f"{where}: not translated"
        elif found.fuzzy:
            yield f"{where}: fuzzy"
        else:
            yield from (f"{where}: {problem}" for problem in in_translation(message, found))
    for key in entries.keys() - messages.keys():
        yield f"{short(path)}: {key[1]!r}: no longer used, run `haike words update`"
    for obsolete in catalogue.obsolete:
        yield f"{short(path)}: {obsolete[0] if isinstance(obsolete, tuple) else obsolete!r}: obsolete entry"


def in_translation(message: Message, entry: Entry) -> Iterator[str]:
    strings = entry.string if isinstance(entry.string, tuple | list) else [entry.string or ""]
    wanted = set(PLACEHOLDER.findall(message.plural or message.text))
    for string in strings:
        has = set(PLACEHOLDER.findall(string))
        if has != wanted:
            yield f"placeholders differ: {' '.join(sorted(wanted ^ has))}"
        if match := HALF_WIDTH.search(string):
            yield f"half-width punctuation after Chinese: {match[0]!r}"


class Texts(HTMLParser):
    """What a reader would see or hear: texts between tags, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.silent: list[str] = []
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # What says itself which language it is in, such as the names of languages, stays in that language.
        quiet = tag in SILENT or ("translate", "no") in attrs or (tag != "html" and "lang" in dict(attrs))
        if tag not in VOID and (quiet or self.silent):
            self.silent.append(tag)
        for name, value in attrs:
            if name in READ_ATTRIBUTES and value and not quiet:
                self.found.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent and self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append((self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n"), data.strip()))


def bare(path: Path) -> Iterator[tuple[int, str]]:
    """Text of a template that no translation tag holds."""
    page, translated = [], False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0] if token.contents.split() else ""
            translated = word in {"blocktranslate", "blocktrans"} or (
                translated and word not in {"endblocktranslate", "endblocktrans"}
            )
        if token.token_type == TokenType.TEXT and not translated:
            page.append(token.contents)
        elif token.token_type == TokenType.TEXT:
            page.append("\n" * token.contents.count("\n"))
        else:
            if token.token_type != TokenType.COMMENT and CHINESE.search(token.contents):
                yield token.lineno or 0, token.contents
            page.append(" " + "\n" * token.contents.count("\n"))
    reader = Texts()
    reader.feed("".join(page))
    reader.close()
    for line, text in reader.found:
        words = [word for word in ENGLISH.findall(ENTITY.sub(" ", text)) if word.lower() not in SAME]
        if words or CHINESE.search(text):
            yield line, text[:60]
