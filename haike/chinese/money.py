"""Amounts of money in the capital numerals of receipts and contracts: 人民币壹仟贰佰元整.

After the rules of the People's Bank of China for filling in bills: 整 stands after 元 and 角, never after 分; noughts
between other digits are said once as 零, at the end of a group of four not at all. Where the rules leave the choice
whether a nought before 角 is said, it is: one character more is harder to change.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
LARGEST = Decimal("9999999999999999.99")


def _below_ten_thousand(number: int) -> str:
    said = ""
    nought = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if nought and said else "") + _DIGITS[digit] + _PLACES[place]
        nought = not digit
    return said


def _whole(number: int) -> str:
    """A whole number; 亿 and 万 part it, and 万亿 is said for ten to the twelfth."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if number >= size:
            head, rest = divmod(number, size)
            between = "零" if 0 < rest < size // 10 else ""
            return _whole(head) + unit + between + (_whole(rest) if rest else "")
    return _below_ten_thousand(number)


def capital_amount(amount: Decimal) -> str:
    """The amount in capital numerals, rounded to 分: 1680.32 -> 人民币壹仟陆佰捌拾元零叁角贰分."""
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise Refused(_("The amount is too large to be written in capital numerals."))
    fen = int((abs(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if fen > LARGEST * 100:
        raise Refused(_("The amount is too large to be written in capital numerals."))
    yuan, rest = divmod(fen, 100)
    jiao, fen_left = divmod(rest, 10)
    said = _whole(yuan) + "元" if yuan else ""
    if rest and yuan and (not jiao or yuan % 10 == 0):
        said += "零"
    if jiao:
        said += _DIGITS[jiao] + "角"
    if fen_left:
        said += _DIGITS[fen_left] + "分"
    if not said:
        return "人民币零元整"
    return "人民币" + ("负" if amount < 0 else "") + said + ("" if fen_left else "整")
