"""Numbers with check characters: unified social credit codes, bank accounts."""

from functools import cache
from operator import mul

from haike.site.demo.chance import Chance

# Digits and letters without I, O, S, V, Z.
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {char: value for value, char in enumerate(_CREDIT)}
_CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))
_BODY_VALUE = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

# Registering department and kind of organisation, the first two characters (GB 32100).
REGISTERED_AS = {
    "company": "91", "individual": "92", "cooperative": "93", "institution": "12", "government": "11", "law_firm": "31",
    "private_institution": "52", "association": "51",
}  # fmt: skip


def organisation_code(body: str) -> str:
    """Eight characters with their check character (GB 11714)."""
    rest = 11 - sum(map(mul, map(_BODY_VALUE.__getitem__, body), _BODY_WEIGHTS)) % 11
    return body + ("0" if rest == 11 else "X" if rest == 10 else str(rest))


def credit_code(registered_as: str, region: str, body: str) -> str:
    """Seventeen characters with their check character (GB 32100)."""
    code = REGISTERED_AS[registered_as] + region + organisation_code(body)
    total = sum(map(mul, map(_CREDIT_VALUE.__getitem__, code), _CREDIT_WEIGHTS))
    return code + _CREDIT[-total % 31]


# Banks by code of the pick-list: how an account number begins and how long it is.
_ACCOUNTS = {
    "icbc": ("4000", 19), "abc": ("4410", 17), "boc": ("7", 12), "ccb": ("4425", 20), "bocom": ("4438", 21),
    "psbc": ("9", 18), "cmb": ("7559", 15), "spdb": ("7901", 17), "citic": ("8110", 19), "ceb": ("3891", 17),
    "cmbc": ("6", 9), "cib": ("3371", 18), "pab": ("1500", 14), "rural": ("8001", 18),
}  # fmt: skip


@cache
def _weighed(registered_as: str, region: str) -> tuple[str, int]:
    """The start of a credit code and what it adds to the sum behind the last character."""
    start = REGISTERED_AS[registered_as] + region
    return start, sum(map(mul, map(_CREDIT_VALUE.__getitem__, start), _CREDIT_WEIGHTS))


@cache
def _pairs() -> tuple[tuple[tuple[str, int, int], ...], ...]:
    """Two characters at places 1, 3, 5 and 7 of an organisation code, and what they add to its sum and to the "
    "whole's."""
    table = []
    for place in range(0, 8, 2):
        body, whole = _BODY_WEIGHTS[place : place + 2], _CREDIT_WEIGHTS[8 + place : 10 + place]
        table.append(
            tuple(
                (
                    one + two,
                    _BODY_VALUE[one] * body[0] + _BODY_VALUE[two] * body[1],
                    _CREDIT_VALUE[one] * whole[0] + _CREDIT_VALUE[two] * whole[1],
                )
                for one in _CREDIT
                for two in _CREDIT
            )
        )
    return tuple(table)


_MA = _CREDIT.index("M") * 31 + _CREDIT.index("A")


class Ids:
    """Draws codes; organisation codes count through, so no code comes twice."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._body = chance.number(0, 31**6 - 1)
        self._pairs = _pairs()

    def credit_code(self, registered_as: str, region: str) -> str:
        """The same as the function of this name gives, from tables because a million are wanted."""
        start, total = _weighed(registered_as, region)
        self._body = body = (self._body + 548_320_319) % 31**6
        first, second, third, fourth = self._pairs
        rest, low = divmod(body, 961)
        # Organisations registered since 2015 begin with MA.
        a, a_body, a_whole = first[_MA]
        b, b_body, b_whole = second[low]
        c, c_body, c_whole = third[rest % 961]
        d, d_body, d_whole = fourth[rest // 961]
        check = "0X987654321"[(a_body + b_body + c_body + d_body) % 11]
        total += a_whole + b_whole + c_whole + d_whole + _CREDIT_VALUE[check] * _CREDIT_WEIGHTS[16]
        return f"{start}{a}{b}{c}{d}{check}{_CREDIT[-total % 31]}"

    def account(self, bank: str) -> str:
        start, length = _ACCOUNTS.get(bank, ("6", 18))
        return start + f"{int(self._chance.random() * 10 ** (length - len(start))):0{length - len(start)}d}"


BANKS = tuple(_ACCOUNTS)
