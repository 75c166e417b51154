"""The data dictionary: pick-lists that an administrator edits, orders, colours and retires.

A room declares its dictionaries in code (`declare`); the words go into the table when the database is migrated and
belong to the company from then on. Records store the code of a word, so renaming or retiring one loses no history.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.kernel.versioned import Versioned, bump


@dataclass(frozen=True)
class Word:
    """One entry as shipped; `colour` is a Tabler colour name or empty."""

    code: str
    name: str
    name_en: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Dictionary:
    """A pick-list as shipped."""

    key: str
    label: str | Promise
    words: list[Word] = field(default_factory=list)
    room: str = ""


_declared: dict[str, Dictionary] = {}


def declare(dictionaries: Iterable[Dictionary]) -> None:
    """Make pick-lists known; called when a room's models are loaded."""
    for dictionary in dictionaries:
        _declared[dictionary.key] = dictionary


def dictionaries() -> dict[str, Dictionary]:
    """All pick-lists by key."""
    return dict(_declared)


class DictionaryWord(models.Model):
    """One entry of a pick-list as the company has it now."""

    dictionary = models.CharField(_("Dictionary"), max_length=40)
    code = models.CharField(_("Code"), max_length=40)
    name = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    colour = models.CharField(_("Colour"), max_length=20, blank=True)
    position = models.PositiveIntegerField(_("Position"), default=0)
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("Dictionary entry")
        ordering = ["dictionary", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["dictionary", "code"], name="kernel_word_code")]

    def __str__(self) -> str:
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name


def _load() -> dict[str, dict[str, DictionaryWord]]:
    found: dict[str, dict[str, DictionaryWord]] = defaultdict(dict)
    for word in DictionaryWord.objects.all():
        found[word.dictionary][word.code] = word
    return found


_words = Versioned("dictionary", _load)


def words_of(key: str, *, retired: bool = True) -> dict[str, DictionaryWord]:
    """The entries of one pick-list by code, in order; without the retired ones for new input."""
    words = _words().get(key, {})
    return words if retired else {code: word for code, word in words.items() if word.retired_at is None}


def changed() -> None:
    """Tell every process that the dictionary has changed."""
    bump("dictionary")


def seed() -> None:
    """Write the shipped entries of dictionaries that the company does not have yet."""
    present = set(DictionaryWord.objects.values_list("dictionary", flat=True).distinct())
    rows = [
        DictionaryWord(
            dictionary=key, code=word.code, name=word.name, name_en=word.name_en, colour=word.colour, position=position
        )
        for key, dictionary in _declared.items()
        if key not in present
        for position, word in enumerate(dictionary.words)
    ]
    if rows:
        DictionaryWord.objects.bulk_create(rows)
        changed()
