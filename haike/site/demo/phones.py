"""Telephone numbers of valid form. No mobile number comes twice, so that two customers never look like one by
chance."""

from haike.site.demo.chance import Chance, spread

# Prefixes of the four operators by share.
MOBILE_PREFIXES = spread(
    {
        "134": 3, "135": 5, "136": 5, "137": 5, "138": 6, "139": 6, "147": 1, "150": 4, "151": 4, "152": 3, "157": 3,
        "158": 4, "159": 5, "178": 2, "182": 3, "183": 3, "184": 1, "187": 3, "188": 3, "195": 1, "198": 2, "130": 3,
        "131": 3, "132": 3, "155": 2, "156": 3, "166": 1, "175": 1, "176": 2, "185": 3, "186": 4, "133": 3, "153": 3,
        "173": 2, "177": 3, "180": 3, "181": 2, "189": 4, "191": 1, "199": 1,
    },
    100,
)  # fmt: skip
# Area codes with numbers of eight digits; the others have seven.
_EIGHT_DIGITS = frozenset(
    "010 020 021 022 023 024 025 027 028 029 0311 0371 0377 0379 0411 0431 0432 0451 0510 0511 0512 0513 0514 0515 "
    "0516 0517 0518 0519 0523 0527 0531 0532 0551 0571 0573 0574 0575 0576 0577 0579 0591 0595 0731 0755 0757 0760 "
    "0769 0791 0851 0871 0898".split()
)
# Without 2 and 5 as factors: counting by it modulo a power of ten meets every number once and looks like chance.
_STEP = 61_803_367


class Phones:
    """Hands out numbers."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._mobile = chance.number(0, 10**8 - 1)
        self._landline = chance.number(0, 10**7 - 1)

    def mobile(self) -> str:
        self._mobile = (self._mobile + _STEP) % 10**8
        return f"{MOBILE_PREFIXES[int(self._chance.random() * len(MOBILE_PREFIXES))]}{self._mobile:08d}"

    def landline(self, area_code: str) -> str:
        """With area code, such as 0755-86123456; in Hong Kong, Macao and Taiwan with the country code."""
        self._landline = number = (self._landline + _STEP) % 10**7
        if area_code == "00852":
            return f"+852 23{number % 10**6:06d}"
        if area_code == "00853":
            return f"+853 288{number % 10**5:05d}"
        if area_code == "00886":
            return f"+886 2 2{number:07d}"
        if area_code in _EIGHT_DIGITS:
            return f"{area_code}-8{number:07d}"
        return f"{area_code}-{2 + number % 7}{number // 10:06d}"

    def foreign_mobile(self, area_code: str) -> str:
        """A mobile number outside the mainland, by the country code that stands for the area."""
        self._mobile = (self._mobile + _STEP) % 10**8
        if area_code == "00852":
            return f"+852 64{self._mobile % 10**6:06d}"
        if area_code == "00853":
            return f"+853 662{self._mobile % 10**5:05d}"
        return f"+886 9{self._mobile:08d}"

    def mobile_at(self, area_code: str) -> str:
        return self.foreign_mobile(area_code) if area_code.startswith("00") else self.mobile()
