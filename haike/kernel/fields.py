"""Kinds of model field that Django lacks; how each looks on every surface is told in `look/`."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.checks import Error
from django.db import models

Label = Any
"""A word or a lazily translated one."""


class Money(models.DecimalField[Any, Any]):
    """An amount with two places, up to 10^13 of the company's currency, or of that which the field `currency` holds."""

    def __init__(self, verbose_name: Label | None = None, *, currency: str = "", **options: Any) -> None:
        self.currency = currency
        super().__init__(verbose_name, **{"max_digits": 15, "decimal_places": 2, "default": Decimal(0), **options})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "currency": self.currency} if self.currency else kwargs

    def check(self, **options: Any) -> list[Any]:
        names = {field.name for field in self.model._meta.get_fields()}
        if not self.currency or self.currency in names:
            return super().check(**options)
        message = f"currency={self.currency!r} names no field of {self.model.__name__}."
        return [*super().check(**options), Error(message, obj=self, id="haike.E020")]


class Pick(models.CharField[Any, Any]):
    """One entry of a pick-list; stores its code, NULL for none."""

    def __init__(self, dictionary: str, verbose_name: Label | None = None, **options: Any) -> None:
        self.dictionary = dictionary
        super().__init__(verbose_name, **{"max_length": 40, "null": options.get("blank", False), **options})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.dictionary, *args], kwargs


class Picks(models.JSONField):
    """Several entries of a pick-list; stores the list of their codes."""

    def __init__(self, dictionary: str, verbose_name: Label | None = None, **options: Any) -> None:
        self.dictionary = dictionary
        super().__init__(verbose_name, **{"default": list, "blank": True, **options})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.dictionary, *args], kwargs


class AutoNumber(models.CharField[Any, Any]):
    """A document number by pattern, drawn when the record is made: "KH{yyyy}{mm}-{0000}"."""

    def __init__(self, pattern: str, verbose_name: Label | None = None, **options: Any) -> None:
        self.pattern = pattern
        super().__init__(
            verbose_name, **{"max_length": 40, "editable": False, "blank": True, "unique": True, **options}
        )

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.pattern, *args], kwargs


class Phone(models.CharField[Any, Any]):
    """A telephone number in the normal form of `kernel.chinese.phone`, digits with an extension."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 40, "blank": True, "default": "", **options})


class Email(models.EmailField[Any, Any]):
    """An e-mail address."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 120, "blank": True, "default": "", **options})


class Url(models.URLField[Any, Any]):
    """The address of a page."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 300, "blank": True, "default": "", **options})


class LongText(models.TextField[Any, Any]):
    """Several lines of text."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"blank": True, "default": "", **options})


class Region(models.CharField[Any, Any]):
    """A province, city or district by its code (GB/T 2260), empty for none."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 12, "blank": True, "default": "", **options})


class Picture(models.FileField):
    """An image, checked by content and stored out of the web server's reach."""

    def __init__(self, verbose_name: Label | None = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"upload_to": "pictures/%Y/%m", "blank": True, "default": "", **options})


class PinyinKey(models.CharField[Any, Any]):
    """The sort key of a name in Chinese order, computed from another field."""

    def __init__(self, source: str, *, person: bool = False, **options: Any) -> None:
        self.source, self.person = source, person
        super().__init__(**{"max_length": 200, "editable": False, "blank": True, "default": "", **options})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.source, *args], {**kwargs, "person": self.person}


@lru_cache(maxsize=200)
def pinyin_keys(model: type[models.Model]) -> tuple[PinyinKey, ...]:
    """The sort keys of a model."""
    return tuple(field for field in model._meta.fields if isinstance(field, PinyinKey))


@lru_cache(maxsize=200)
def person_names(model: type[models.Model] | None) -> frozenset[str]:
    """The fields that hold a person's name, whose first character may be read differently."""
    return frozenset(key.source for key in pinyin_keys(model) if key.person) if model else frozenset()
