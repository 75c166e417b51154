"""Names of companies, shops, schools, hospitals and firms: place, brand, trade, legal form; none comes twice."""

import re
from dataclasses import dataclass, replace

from pypinyin import lazy_pinyin

from haike.site.demo.chance import Chance, spread
from haike.site.demo.ids import Ids
from haike.site.demo.names import SURNAMES
from haike.site.demo.places import Places, Spot
from haike.site.demo.trades import (
    BRAND_FIRST,
    BRAND_SECOND,
    BRAND_THIRD,
    COMPANIES,
    INSTITUTIONS,
    SHOPS,
    Trade,
)


def _unique(chars: str) -> str:
    return "".join(dict.fromkeys(chars))


_FIRST, _SECOND = _unique(BRAND_FIRST), _unique(BRAND_SECOND)
_PAIRS = tuple(a + b for a in _FIRST for b in _SECOND if a != b)
_THIRD = _unique(BRAND_THIRD)
_LATIN = {char: lazy_pinyin(char)[0] for char in {*_FIRST, *_SECOND, *_THIRD, *"记氏", *"".join(SURNAMES)}}

_TRADES = spread(
    {
        Trade(word, industry, site): weight / len(words.split())
        for industry, (weight, site, words) in COMPANIES.items()
        for word in words.split()
    },
    12_000,
)
_SHOPS = tuple(Trade(word, industry, "shop") for industry, words in SHOPS.items() for word in words.split())
_INSTITUTIONS = tuple(
    (Trade(word, industry, "public"), registered_as, nature)
    for industry, registered_as, nature, weight, words in INSTITUTIONS
    for word in words.split()
    for _ in range(max(1, round(weight * 4 / len(words.split()))))
)
_STYLES = spread(
    {"limited": 72, "liability": 3, "stock": 3, "group": 3, "factory": 6, "shop": 9, "institution": 6, "branch": 1}, 100
)
_FORMS = {
    "limited": "有限公司",
    "liability": "有限责任公司",
    "stock": "股份有限公司",
    "group": "集团有限公司",
    "factory": "厂",
    "branch": "有限公司",
}
_NATURES = spread(
    {"private": 82, "state": 4, "foreign": 4, "joint": 3, "hong_kong": 3, "collective": 1, "sole": 2, "listed": 1}, 100
)
# What of a trade's word is said: 电子科技 is 电子, 会计师事务所 is 会计师.
_TAIL = re.compile(
    "(?<=..)(?:科技|技术|设备|制品|工程|管理|服务|咨询|代理|开发|经营部|商行|批发部|连锁|专业合作社|事务所.*|配件|零部件|材料"
    "|加工厂|加工店)+$"
)
_SPOKEN = {
    trade.word: _TAIL.sub("", trade.word) for trade in (*_TRADES, *_SHOPS, *(trade for trade, __, __ in _INSTITUTIONS))
}
_SPOKEN_INITIALS = {word: "".join(read[0] for read in lazy_pinyin(spoken)) for word, spoken in _SPOKEN.items()}
# Trades that workshops called 厂 have too.
_FACTORY_TRADES = tuple(trade for trade in _TRADES if trade.site == "factory" and len(trade.word) <= 4)

TWINS = 0.002
"""Share of customers that are there twice under names written differently, for the search for duplicates to find."""
FIRST, FIRST_TWINS = 300, 0.07
"""Among the first it is larger, so that a small sample company has some twenty too."""


@dataclass(slots=True)
class Company:
    """A made-up organisation. `industry`, `nature` are codes of pick-lists; `domain` ends in the reserved .example."""

    name: str
    short_name: str
    industry: str
    nature: str
    credit_code: str
    mnemonic: str
    domain: str
    spot: Spot
    site: str
    brand: str
    word: str


class Companies:
    """Draws companies, each name once."""

    def __init__(self, chance: Chance, places: Places, ids: Ids) -> None:
        self._chance = chance
        self._places = places
        self._ids = ids
        self._taken: set[str] = set()
        self._before: Company | None = None
        self._drawn = 0

    def draw(self) -> Company:
        random = self._chance.random
        self._drawn += 1
        if self._before and random() < (FIRST_TWINS if self._drawn <= FIRST else TWINS):
            return self._twin(self._before)
        spot = self._places.spot()
        style = _STYLES[int(random() * len(_STYLES))]
        nature, registered_as = "private", "company"
        if style == "shop":
            trade = _SHOPS[int(random() * len(_SHOPS))]
            nature = registered_as = "individual"
        elif style == "institution":
            trade, registered_as, nature = _INSTITUTIONS[int(random() * len(_INSTITUTIONS))]
        elif style == "factory":
            trade = _FACTORY_TRADES[int(random() * len(_FACTORY_TRADES))]
            nature = "sole" if random() < 0.6 else "private"
        else:
            trade = _TRADES[int(random() * len(_TRADES))]
            nature = _NATURES[int(random() * len(_NATURES))]
        brand = self._brand(trade.word, shop=style == "shop")
        syllables = [_LATIN[char] for char in brand]
        if spot.area_code.startswith("00"):
            credit_code = ""
        else:
            credit_code = self._ids.credit_code(registered_as, spot.region)
        company = Company(
            name=self._name(style, brand, trade, spot),
            short_name=brand + _SPOKEN[trade.word],
            industry=trade.industry,
            nature=nature,
            credit_code=credit_code,
            mnemonic="".join([syllable[0] for syllable in syllables]).upper() + _SPOKEN_INITIALS[trade.word].upper(),
            domain="".join(syllables) + ".example",
            spot=spot,
            site=trade.site,
            brand=brand,
            word=trade.word,
        )
        self._before = company if style in ("limited", "liability") else None
        return company

    def _twin(self, company: Company) -> Company:
        """The same company as another seller has typed it, without its credit code."""
        city, core = company.spot.short_city, company.brand + company.word
        written = f"{core}（{city}）有限公司", f"{city}{core}有限公司"
        self._before = None
        return replace(company, name=written[company.name == written[0]], credit_code="")

    def _brand(self, word: str, *, shop: bool) -> str:
        """A brand that no other company of this trade bears; it alone makes the name unique."""
        random = self._chance.random
        taken = self._taken
        while True:
            brand = _PAIRS[int(random() * len(_PAIRS))]
            luck = random()
            if shop and luck < 0.3:
                brand = SURNAMES[int(random() * len(SURNAMES))] + ("记" if luck < 0.15 else "氏") + brand
            elif luck > 0.72:
                brand += _THIRD[int(random() * len(_THIRD))]
            core = brand + word
            if core not in taken:
                taken.add(core)
                return brand

    def _name(self, style: str, brand: str, trade: Trade, spot: Spot) -> str:
        luck = self._chance.random()
        city, district = spot.short_city, spot.district or spot.city
        wide = spot.city if spot.city.endswith("市") else city
        if style == "shop":
            return f"{wide}{spot.town or (district if district != wide else '')}{brand}{trade.word}"
        if style == "institution":
            near = district if luck < 0.5 and district != wide else ""
            return f"{wide}{near}{brand}{trade.word}"
        form = _FORMS[style]
        if style == "factory":
            near = spot.town or (district if luck < 0.5 and district != wide else "")
            return f"{wide}{near}{brand}{trade.word}{form}"
        core = brand + trade.word
        if style == "branch":
            return f"{core}{form}{city}分公司"
        if luck < 0.62:
            return f"{wide}{core}{form}"
        if luck < 0.84:
            return f"{city}{core}{form}"
        if luck < 0.92:
            return f"{core}（{city}）{form}"
        return f"{spot.short_province}{core}{form}"
