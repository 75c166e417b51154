"""Typed settings of a company: declared by the rooms, changed on the settings page, every change in the log.

IDLE_MINUTES = option("people.idle_minutes", 30, _("Sign out after minutes of rest"), group=_("Sign-in"))
IDLE_MINUTES()  # the value now
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.versioned import Versioned, bump
from haike.refused import Refused

Label = str | Promise
Value = bool | int | str


class OptionValue(models.Model):
    """What a company chose instead of the default."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()

    class Meta:
        verbose_name = _("Setting")


_chosen = Versioned("options", lambda: dict(OptionValue.objects.values_list("key", "value")))
_declared: dict[str, Option] = {}


@dataclass(frozen=True)
class Option:
    """One setting; its kind is that of the default: yes/no, whole number, text, or one of `choices`."""

    key: str
    default: Value
    label: Label
    group: Label
    help: Label = ""
    choices: tuple[tuple[str, Label], ...] = ()
    least: int = 0
    most: int = 1_000_000
    do_not_call_in_templates: ClassVar[bool] = True
    """Templates show what the setting is, not its value."""

    def __call__(self) -> Any:
        """The value in force."""
        return _chosen().get(self.key, self.default)

    def parse(self, raw: str) -> Value:
        """What was typed on the settings page; raises Refused."""
        raw = raw.strip()
        if isinstance(self.default, bool):
            return raw in ("1", "on", "true")
        if isinstance(self.default, int):
            size = whole(raw.removeprefix("-"))
            number = -size if size is not None and raw.startswith("-") else size
            if number is None or not self.least <= number <= self.most:
                raise Refused(
                    _("Enter a whole number from %(least)s to %(most)s.") % {"least": self.least, "most": self.most}
                )
            return number
        if self.choices and raw not in dict(self.choices):
            raise Refused(_("Choose one of the options."))
        return raw[:2000]


def option(key: str, default: Value, label: Label, *, group: Label, **more: Any) -> Option:
    """Declare a setting; the result is called to read it."""
    if key in _declared:
        raise RuntimeError(f"setting {key} is declared twice")
    _declared[key] = Option(key, default, label, group, **more)
    return _declared[key]


def options() -> list[Option]:
    """All settings in the order of their declaration."""
    return list(_declared.values())


def choose(chosen: Option, value: Value) -> Value:
    """Store a setting and return what it was before; rights and log are the caller's."""
    before: Value = chosen()
    OptionValue.objects.update_or_create(key=chosen.key, defaults={"value": value})
    bump("options")
    return before
