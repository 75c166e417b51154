"""Ways to reach a person that one can click: mobile (call, text), WeChat, QQ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.kernel.escape import escape
from haike.kernel.fields import Phone
from haike.kernel.icon import icon
from haike.kernel.look import PhoneLook, TextLook, shows
from haike.kernel.look.base import NOTHING, Raw
from haike.kernel.policy import Actor
from haike.refused import Refused


class Mobile(Phone):
    """A mobile number: one can also send text messages there."""


class QQ(models.CharField[Any, Any]):
    """A QQ number."""

    def __init__(self, verbose_name: Any = "QQ", **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 12, "blank": True, "default": "", **options})


class WeChat(models.CharField[Any, Any]):
    """The WeChat ID or the mobile number under which somebody is found in WeChat."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **{"max_length": 40, "blank": True, "default": "", **options})


@shows(Mobile)
class MobileLook(PhoneLook):
    """Click to call, and beside it to write a text message."""

    def cell(self, value: Any) -> str:
        return self.cells([value])[0]

    def cells(self, values: Sequence[Any]) -> list[str]:
        # What says the same of each number is made once for a column.
        label = str(_("Send a text message"))
        end = f'" title="{escape(label)}">{icon("message", label)}</a>'
        call = super().cell
        return [
            f'{call(value)}<a class="reach" href="sms:{escape(value)}{end}' if value else NOTHING for value in values
        ]


@shows(QQ)
class QQLook(TextLook):
    """Five to eleven digits; a click opens a chat."""

    kind = "qq"
    personal = True

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        return format_html(
            '<a href="tencent://message/?uin={}&amp;Menu=yes" title="{}">{}</a>', value, _("Chat in QQ"), value
        )

    def parse(self, raw: Raw, by: Actor) -> Any:
        number = super().parse(raw, by)
        if number and not (number.isascii() and number.isdigit() and 5 <= len(number) <= 11 and number[0] != "0"):
            raise Refused(_("“%(text)s” is not a QQ number.") % {"text": number[:20]})
        return number


@shows(WeChat)
class WeChatLook(TextLook):
    """WeChat opens no chat by address: a click copies the ID and opens the program."""

    kind = "wechat"
    personal = True

    def cell(self, value: Any) -> str:
        if not value:
            return NOTHING
        return format_html(
            '<a class="wechat" href="weixin://" data-island="copy" data-copy="{}" title="{}">{}</a>',
            value,
            _("Copy the ID and open WeChat"),
            value,
        )
