"""What the check of the books finds: a document, what it says, and what follows from the documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from haike.kernel.entity import Label


@dataclass(frozen=True)
class Finding:
    """One disagreement: `said` is what is stored or shown, `plain` what the documents add up to."""

    document: str
    what: Label
    said: Any
    plain: Any

    def text(self) -> str:
        """The disagreement in one line."""
        return f"{self.document} · {self.what}: {_text(self.said)} ≠ {_text(self.plain)}"


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return "—" if value is None else str(value)


def stored(model: Any, row: Any, plain: Mapping[str, Any], number: str = "") -> Iterator[Finding]:
    """Where the columns of a row say something else than what follows for them; the number names the document."""
    meta = model._meta
    for name, value in plain.items():
        said = getattr(row, name)
        if said != value:
            yield Finding(f"{meta.verbose_name} {number or row.number}", meta.get_field(name).verbose_name, said, value)


def shown(document: Any, said: Mapping[Any, Any], plain: Mapping[Any, Any]) -> Iterator[Finding]:
    """Where a report has other figures than these, by what they are called; what is nothing may be left out."""
    for what in {**plain, **said}:
        one, other = said.get(what) or 0, plain.get(what) or 0
        if one != other:
            yield Finding(str(document), str(what), one, other)
