"""The user-readable no. Screen, API, import and job show the same sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

Sentence = str | Promise


class Refused(Exception):
    """An act that is not allowed or not possible, said so that the user knows what to do.

    `fields` maps a field name to the sentence that belongs beside that field; `message` stands for the whole
    act and may be empty when the fields say everything.
    """

    def __init__(self, message: Sentence = "", *, fields: Mapping[str, Sentence] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, Sentence] = dict(fields or {})

    def __str__(self) -> str:
        said = [str(self.message)] if self.message else []
        return " ".join(said + [str(sentence) for sentence in self.fields.values()])


class Doubt(str):
    """A warning before saving that a program has to answer too: it saves only what it says to be sure of."""

    __slots__ = ("field",)
    field: str

    @classmethod
    def about(cls, field: str, sentence: Sentence) -> "Doubt":
        """The warning, and the field that it is about."""
        made = cls(sentence)
        made.field = field
        return made


class Conflict(Refused):
    """Somebody else saved the record since it was read; `current` is the record as it stands now."""

    def __init__(self, message: Sentence, *, current: Any) -> None:
        super().__init__(message)
        self.current = current
