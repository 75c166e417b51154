"""Sentences that are kept and read by others later, each in his own language: titles of batches, of jobs.

    batch.title = said(_("Recycle into %(pool)s"), pool=pool.name)

The column holds the message and its facts; whoever loads the row gets the sentence in the language active then.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation.trans_real import CONTEXT_SEPARATOR

_MARK = "\x1e"
"""Begins what is stored of a sentence; no text that somebody typed does."""

_Told = str | list[Any]
"""A text as it is, or the list of a message (before translation) and its facts."""


class Said(str):
    """A sentence in the language of the moment that still knows what it was made of."""

    __slots__ = ("told",)
    told: _Told

    @classmethod
    def of(cls, told: _Told) -> Said:
        """The sentence in the active language."""
        made = cls(_read(told))
        made.told = told
        return made


def said(message: str | Promise, **facts: Any) -> Said:
    """A message with its facts; message and facts made by `gettext_lazy` are translated for each reader."""
    told = _told(message)
    if isinstance(told, str):
        told = [told]
    if facts:
        told = [*told, {name: _told(value) for name, value in facts.items()}]
    return Said.of(told)


def _told(value: Any) -> _Told:
    if isinstance(value, Said):
        return value.told
    if isinstance(value, Promise):
        made: Any = value.__reduce__()
        function, args, options = made[1][:3]
        if function is gettext and not options:
            return [args[0]]
        if function is pgettext and not options:
            return [CONTEXT_SEPARATOR.join(args)]
    return str(value)


def _read(told: _Told) -> str:
    if isinstance(told, str):
        return told
    message, *rest = told
    context, found, plain = message.rpartition(CONTEXT_SEPARATOR)
    text = pgettext(context, plain) if found else gettext(plain)
    return text % {name: _read(value) for name, value in rest[0].items()} if rest else text


class SaidField(models.CharField[Any, Any]):
    """A column for a sentence (or any text) that loads as one in the language of the reader."""

    def deconstruct(self) -> Any:
        name, __, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def get_prep_value(self, value: Any) -> Any:
        """What is stored."""
        return _stored(value, super().get_prep_value(value), self.max_length or 0)

    def from_db_value(self, value: str | None, *__: Any) -> str | None:
        """The sentence for whoever reads now."""
        return _loaded(value)


class SaidTextField(models.TextField[Any, Any]):
    """The same for a text of any length."""

    def deconstruct(self) -> Any:
        name, __, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options

    def get_prep_value(self, value: Any) -> Any:
        """What is stored."""
        return _stored(value, super().get_prep_value(value), None)

    def from_db_value(self, value: str | None, *__: Any) -> str | None:
        """The sentence for whoever reads now."""
        return _loaded(value)


def _stored(value: Any, text: Any, most: int | None) -> Any:
    """A sentence with what it was made of; too long for its column, it stays in the language in which it was said."""
    if isinstance(value, Said):
        packed = _MARK + json.dumps(value.told, ensure_ascii=False, separators=(",", ":"))
        if most is None or len(packed) <= most:
            return packed
    return text.lstrip(_MARK)[:most] if isinstance(text, str) else text


def _loaded(value: str | None) -> str | None:
    return Said.of(json.loads(value[1:])) if value and value.startswith(_MARK) else value
