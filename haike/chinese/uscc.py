"""The unified social credit code of organisations (GB 32100-2015), the identity number of people (GB 11643-1999)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

# The letters I, O, S, V and Z do not occur: they are too like 1, 0, 5, U and 2.
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

_IDENTITY_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_IDENTITY_CHECKS = "10X98765432"
# The first two digits: the province in which the number was given; 81 to 83 for people of Hong Kong, Macao, Taiwan.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82 83 91".split()
)
_FILLING = re.compile(r"[\s\-‐-―·.]+")


def _compact(text: str) -> str:
    return _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()


def uscc_check_sign(first17: str) -> str:
    """The last sign that belongs to the first 17 signs of a code."""
    total = sum(_VALUES[sign] * weight for sign, weight in zip(first17, _CODE_WEIGHTS, strict=True))
    return _SIGNS[-total % 31]


def check_uscc(text: str) -> str:
    """The code in its normal form, 18 signs in capitals; Refused with what is wrong."""
    code = _compact(text)
    if len(code) != 18:
        raise Refused(_("A unified social credit code has 18 signs, this one has %(count)s.") % {"count": len(code)})
    strange = [sign for sign in code if sign not in _VALUES]
    if strange:
        raise Refused(
            _("“%(sign)s” does not occur in a unified social credit code; I, O, S, V and Z are never used.")
            % {"sign": strange[0]}
        )
    if not code[2:8].isdigit():
        raise Refused(_("Signs 3 to 8 of a unified social credit code are the six digits of a region."))
    if uscc_check_sign(code[:17]) != code[17]:
        raise Refused(_("The check digit of this credit code is wrong; please compare it with the business licence."))
    return code


def is_uscc(text: str) -> bool:
    """Whether the text is a correct unified social credit code."""
    try:
        check_uscc(text)
    except Refused:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says: the number with 18 signs, the birthday, whether a man, the region's code."""

    number: str
    birthday: date
    male: bool
    region: str

    @property
    def masked(self) -> str:
        """The number with the birthday hidden: 440301********1234."""
        return f"{self.number[:6]}********{self.number[-4:]}"


def identity_check_sign(first17: str) -> str:
    """The last sign that belongs to the first 17 digits of an identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11]


def check_identity(text: str, *, today: date | None = None) -> Identity:
    """What an identity number says; an old one of 15 digits is brought to 18. Refused with what is wrong."""
    number = _compact(text)
    if re.fullmatch("[0-9]{15}", number):
        number = f"{number[:6]}19{number[6:]}"
        number += identity_check_sign(number)
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        raise Refused(_("An identity number has 18 digits; the last may be X."))
    if number[:2] not in _PROVINCES:
        raise Refused(_("The first two digits of the identity number are no province."))
    try:
        birthday = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birthday = date.min
    if not date(1880, 1, 1) <= birthday <= (today or timezone.now().date() + timedelta(days=1)):
        raise Refused(_("The birthday in the identity number is not possible."))
    if identity_check_sign(number[:17]) != number[17]:
        raise Refused(_("The check digit of this identity number is wrong; please compare it with the card."))
    return Identity(number, birthday, int(number[16]) % 2 == 1, number[:6])


def is_identity(text: str, *, today: date | None = None) -> bool:
    """Whether the text is a correct identity number."""
    try:
        check_identity(text, today=today)
    except Refused:
        return False
    return True
