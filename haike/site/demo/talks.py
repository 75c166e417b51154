"""Follow-ups: a talk that fits the stage, filled in with person, product, amount, and what was agreed to do next."""

from dataclasses import dataclass
from string import Formatter

from haike.site.demo.chance import Chance
from haike.site.demo.talk_texts import GOODS, OTHERS, RIVALS, TEXTS

_MANNERS = {
    "c": "call", "v": "visit", "w": "wechat", "e": "email", "s": "sms", "m": "meeting", "o": "online_meeting",
    "r": "reception", "x": "exhibition", "d": "dinner", "h": "chat",
}  # fmt: skip
# How often each manner is used: most talks are calls and WeChat.
_SHARES = {"c": 6, "w": 6, "v": 4, "e": 2, "m": 1, "o": 1, "r": 1, "d": 1, "s": 2, "x": 1, "h": 2}
_WORDS = {
    "other": OTHERS,
    "rival": RIVALS,
    "day": ("下周一", "下周二", "下周三", "下周四", "下周五"),
    "month": ("下个月", "下个月初", "月底", "下季度", "节后"),
    "off": ("九五折", "九二折", "九折", "九八折"),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with places to fill: `text` has %s where the slots go."""

    text: str
    slots: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Pattern":
        pieces, slots = "", []
        for literal, slot, __, __ in Formatter().parse(text):
            pieces += literal
            if slot:
                pieces += "%s"
                slots.append(slot)
        return cls(pieces, tuple(slots))


@dataclass(frozen=True, slots=True)
class Template:
    """One line of the texts."""

    manner: str
    subject: str
    result: str
    attitude: str
    text: Pattern
    next_text: Pattern
    days: int


@dataclass(slots=True)
class Talk:
    """What was said of which product, if any; `days` until `next_text` is to be done, if anything is to follow."""

    manner: str
    subject: str
    result: str
    attitude: str
    content: str
    product: str
    next_text: str
    days: int


def _read(lines: str) -> tuple[Template, ...]:
    table: list[Template] = []
    for line in lines.strip().splitlines():
        letter, subject, result, attitude, text, next_text, days = line.split("|")
        patterns = Pattern.read(text), Pattern.read(next_text)
        table += [Template(_MANNERS[letter], subject, result, attitude, *patterns, int(days))] * _SHARES[letter]
    return tuple(table)


TEMPLATES = {stage: _read(lines) for stage, lines in TEXTS.items()}


def amount_in_words(amount: int) -> str:
    """As one says it: 860 元, 3.6 万, 12 万."""
    if amount < 10_000:
        return f"{amount} 元"
    return f"{round(amount / 10_000, 1):g} 万"


class Talks:
    """Draws talks."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    def draw(self, stage: str, who: str, trade: str, city: str) -> Talk:
        random = self._chance.random
        table = TEMPLATES[stage]
        template = table[int(random() * len(table))]
        product, unit, usual, numbers = GOODS[int(random() * len(GOODS))]
        said = {"who": who, "product": product, "trade": trade, "city": city}
        for slot in template.text.slots + template.next_text.slots:
            if slot in said:
                continue
            if slot in _WORDS:
                words = _WORDS[slot]
                said[slot] = words[int(random() * len(words))]
            elif slot == "price":
                said[slot] = f" {usual} "
            else:
                number = numbers[int(random() * len(numbers))]
                said |= {"many": f" {number} {unit}", "sum": f" {amount_in_words(usual * number)}"}
        return Talk(
            template.manner,
            template.subject,
            template.result,
            template.attitude,
            template.text.text % tuple([said[slot] for slot in template.text.slots]),
            product if "product" in template.text.slots else "",
            template.next_text.text % tuple([said[slot] for slot in template.next_text.slots]),
            template.days,
        )
