"""Text to search tokens: windows of two characters, and of four in runs of Latin letters and digits.

A tokenizer of a database would stem, split at brackets and know no Chinese. Windows are handed over ready-made: to
FTS5 as words of hex digits, to PostgreSQL as integers. A word of the query is found where its windows stand in a
row, which on PostgreSQL the folded text beside them confirms. The windows of four make a piece of a telephone number
or of pinyin initials rare where its windows of two are everywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

LONGEST_PART = 4_000
LONGEST_WORD = 64
MOST_WORDS = 8
SEPARATOR = "\n"

# Controls, marks without a shape of their own, halves of surrogate pairs, and the last plane of private use, whose
# characters need a sixth hex digit.
_DROPPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U00100000-\U0010ffff]"
)
_RUN = re.compile("[0-9a-z]{4,}")


def fold(text: str) -> str:
    """The form in which text is compared: NFKC, without case, blanks and invisible characters."""
    return _DROPPED.sub("", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def fold_parts(parts: Iterable[str]) -> list[str]:
    """The parts of a record as they are searched; empty and repeated ones left out."""
    folded = (fold(part[:LONGEST_PART]) for part in parts if part)
    return list(dict.fromkeys(part for part in folded if part))


def fold_words(query: str) -> tuple[str, ...]:
    """The words of what somebody typed; each must occur in a record that is found."""
    words = (fold(word)[:LONGEST_WORD] for word in query[:1_000].split())
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


class _Hexes(dict[str, str]):
    """Five hex digits of a character, each computed once."""

    def __missing__(self, char: str) -> str:
        self[char] = code = f"{ord(char):05x}"
        return code


_hexes = _Hexes()


# FTS5


def fts_document(parts: Sequence[str], owner_id: int | None) -> str:
    """All tokens of a record in order, the token of its owner last.

    The last character of a part stands alone, so no phrase runs from one part into the next.
    """
    tokens: list[str] = []
    for part in parts:
        codes = [_hexes[char] for char in part]
        tokens += map(str.__add__, codes, codes[1:])
        tokens.append(codes[-1])
    for part in parts:
        if part.isascii() or _RUN.search(part):
            for run in _RUN.findall(part):
                tokens += [f"q{run[at : at + 4]}" for at in range(len(run) - 3)]
                tokens.append("z")
    tokens.append(f"s{owner_id or 0}")
    return " ".join(tokens)


def fts_query(words: Sequence[str], owner_ids: Sequence[int] | None = None) -> str:
    """Every word must occur, and one of the owners when some are given."""
    terms = [_fts_word(word) for word in words]
    if owner_ids is not None:
        terms.append("(" + " OR ".join(f"s{owner_id}" for owner_id in owner_ids) + ")")
    return " AND ".join(terms)


def _fts_word(word: str) -> str:
    if len(word) == 1:
        return f'"{_hexes[word]}"*'
    if _RUN.fullmatch(word):
        return '"' + " ".join(f"q{word[at : at + 4]}" for at in range(len(word) - 3)) + '"'
    codes = [_hexes[char] for char in word]
    return '"' + " ".join(map(str.__add__, codes, codes[1:])) + '"'


# PostgreSQL: four bytes a window, so that a million documents stay in memory. Two characters of the basic plane
# fill the four bytes; a single one has nothing before it; windows of four take the place of the surrogates, which
# never begin a pair. Others meet in one number only by chance, and the text decides.


def grams(parts: Sequence[str]) -> list[int]:
    """The windows of a record as numbers."""
    found: set[int] = set()
    for part in parts:
        codes = [ord(char) & 0xFFFF for char in part]
        found.update(codes)
        found.update((first << 16 | second) for first, second in zip(codes, codes[1:], strict=False))
        for run in _RUN.findall(part):
            found.update(_quad(run[at : at + 4]) for at in range(len(run) - 3))
    return [_signed(gram) for gram in sorted(found)]


def query_grams(words: Sequence[str]) -> list[int]:
    """The windows that a record must have to be worth a look."""
    found: set[int] = set()
    for word in words:
        codes = [ord(char) & 0xFFFF for char in word]
        if len(word) == 1:
            found.update(codes)
        elif _RUN.fullmatch(word):
            found.update(_quad(word[at : at + 4]) for at in range(len(word) - 3))
        else:
            found.update((first << 16 | second) for first, second in zip(codes, codes[1:], strict=False))
    return [_signed(gram) for gram in sorted(found)]


def _quad(window: str) -> int:
    return 0xD8000000 | int(window, 36)


def _signed(gram: int) -> int:
    return gram - 0x100000000 if gram >= 0x80000000 else gram
