"""Text to search tokens: single characters, windows of two, and of four in runs of Latin letters and digits.

A tokenizer of a database would stem, split at brackets and know no Chinese, so the tokens are handed over ready-made:
to FTS5 as words, to PostgreSQL as integers. They only narrow: a record is found when its folded text, kept beside
them, contains the words. The windows of four make a piece of a telephone number or of pinyin initials rare where its
windows of two are everywhere.
"""

import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

LONGEST_PART = 4_000
LONGEST_WORD = 64
MOST_WORDS = 8
SEPARATOR = "\n"

# Controls, marks without a shape of their own, halves of surrogate pairs.
_DROPPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_RUN = re.compile("[0-9a-z]{4,}")
_WHOLE = re.compile("[\x80-\ud7ff]|[0-9a-z\x80-\ud7ff]{2}|[0-9a-z]{4}")
_SIGN = re.compile("[!-/:-@\\[-`{-~]")
# FTS5 splits at ASCII signs; in private use they are characters like others. So is the mark of an owner's token.
_SIGNS = {code: 0xE000 + code for code in range(0x21, 0x7F) if not chr(code).isalnum()}
OWNER = "\ue0ff"
"""How the token of an owner begins."""
_SHORT = 12
"""Parts with so many characters are names, whose tokens are worth remembering."""


def fold(text: str) -> str:
    """The form in which text is compared: NFKC, without case, blanks and invisible characters."""
    if text.isascii() and text.isprintable():
        return text.lower().replace(" ", "")
    return _DROPPED.sub("", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def fold_parts(parts: Iterable[str]) -> list[str]:
    """The parts of a record as they are searched; empty and repeated ones left out."""
    folded = (fold(part[:LONGEST_PART]) for part in parts if part)
    return list(dict.fromkeys(part for part in folded if part))


def fold_words(query: str) -> tuple[str, ...]:
    """The words of what somebody typed; each must occur in a record that is found."""
    words = (fold(word)[:LONGEST_WORD] for word in query[:1_000].split())
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def tokens_of(parts: Iterable[str]) -> set[str]:
    """All tokens of a record. A single letter or digit is none: nearly every record has it."""
    found: set[str] = set()
    whole = ""
    for text in parts:
        if text in whole:
            continue  # a short name and its pinyin stand in the long ones
        whole = f"{whole}{SEPARATOR}{text}"
        part = text.translate(_SIGNS) if _SIGN.search(text) else text
        pairs = list(map(str.__add__, part, part[1:]))
        found.update(pairs)
        if part.isascii():
            found.update(map(str.__add__, pairs, pairs[2:]))
        else:
            found.update(filter("\x7f".__lt__, part))
            for run in _RUN.findall(part):
                pairs = list(map(str.__add__, run, run[1:]))
                found.update(map(str.__add__, pairs, pairs[2:]))
    return found


def query_tokens(words: Iterable[str]) -> list[str]:
    """The tokens that a record must have to be worth a look; none for single letters and digits."""
    found: dict[str, None] = {}
    for text in words:
        word = text.translate(_SIGNS) if _SIGN.search(text) else text
        if len(word) == 1:
            windows = [word] if word > "\x7f" else []
        else:
            width = 4 if _RUN.fullmatch(word) else 2
            windows = [word[at : at + width] for at in range(len(word) - width + 1)]
        found.update(dict.fromkeys(windows))
    return list(found)


def are_tokens(words: Iterable[str]) -> bool:
    """Whether each word is one token, so that whoever has the token has the word.

    Only plain letters count: signs share their tokens with characters of private use.
    """
    return all(_WHOLE.fullmatch(word) for word in words)


# FTS5


def fts_document(parts: Iterable[str], owner_id: int | None) -> str:
    """The tokens of a record and that of its owner."""
    found, short, whole = [f"{OWNER}{owner_id or 0}"], list[str](), ""
    for part in parts:
        if len(part) < _SHORT:
            short.append(part)
        elif part not in whole:
            whole = f"{whole}{SEPARATOR}{part}"
            found.append(_fts_part(part))
    if short:
        found += tokens_of(part for part in short if part not in whole)
    return " ".join(found)


@lru_cache(maxsize=4_096)
def _fts_part(part: str) -> str:
    """The tokens of one part. A customer's name stands in the documents of all that hangs on him."""
    return " ".join(tokens_of([part]))


def fts_query(tokens: Iterable[str], owner_ids: Sequence[int] | None = None) -> str:
    """All the tokens, and one of the owners when some are given."""
    terms = [f'"{token}"' for token in tokens]
    if owner_ids is not None:
        terms.append("(" + " OR ".join(f'"{OWNER}{owner_id}"' for owner_id in owner_ids) + ")")
    return " AND ".join(terms)


# PostgreSQL: four bytes a token, so that the index of a million records stays in memory. Two characters of the basic
# plane fill the four bytes; a single one has nothing before it; four letters or digits take the place of the
# surrogates, which begin no pair. Rarer characters meet others in one number only by chance, and the text decides.


class _Numbers(dict[str, int]):
    def __missing__(self, token: str) -> int:
        if len(self) > 400_000:
            self.clear()
        if len(token) == 4:
            number = 0xD8000000 | int(token, 36)
        else:
            number = 0
            for char in token:
                number = number << 16 | ord(char) & 0xFFFF
        self[token] = number = number - 0x100000000 if number >= 0x80000000 else number
        return number


class _Elements(dict[str, bytes]):
    def __missing__(self, token: str) -> bytes:
        if len(self) > 400_000:
            self.clear()
        self[token] = element = struct.pack(">ii", 4, _numbers[token])
        return element


_numbers = _Numbers()
_elements = _Elements()


def numbers_of(tokens: Iterable[str]) -> list[int]:
    """Tokens as PostgreSQL knows them."""
    return [_numbers[token] for token in tokens]


HEADER = 20


def packed(tokens: set[str], beside: bytes = b"") -> bytes:
    """Tokens as an integer array in PostgreSQL's binary form, for COPY; with an array that is there already."""
    elements = b"".join([_elements[token] for token in tokens]) + beside[HEADER:]
    return struct.pack(">iii", 1, 0, 23) + struct.pack(">ii", len(elements) // 8, 1) + elements
