"""The administrative divisions of China, by code; seeded when the database is migrated."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.versioned import Versioned


class Division(models.Model):
    """A province (level 1), city (2) or district (3)."""

    code = models.CharField(_("Code"), max_length=12, primary_key=True)
    parent = models.CharField(max_length=12, blank=True, db_index=True)
    name = models.CharField(_("Name"), max_length=60)
    short_name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=30, blank=True)
    phone_area_code = models.CharField(max_length=6, blank=True)
    post_code = models.CharField(max_length=6, blank=True)

    class Meta:
        verbose_name = _("Division")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


def _load() -> dict[str, Division]:
    return {division.code: division for division in Division.objects.all()}


divisions = Versioned("divisions", _load)
"""All divisions by code, kept in the process."""


def lineage(code: str) -> list[Division]:
    """From the province down to the division with this code; empty for an unknown one."""
    known, found = divisions(), []
    while code and code in known:
        found.append(known[code])
        code = known[code].parent
    return found[::-1]


_short: Versioned[dict[str, str]] = Versioned("divisions", dict)


def short_names(code: str) -> str:
    """Such as 广东 深圳 南山; empty for an unknown one."""
    known = _short()
    if code not in known:
        known[code] = " ".join(division.short_name for division in lineage(code))
    return known[code]


def full_name(code: str) -> str:
    """Such as 广东省深圳市南山区."""
    return "".join(division.name for division in lineage(code))


def find_division(text: str) -> str:
    """The code of a division written as 广东省深圳市, 广东深圳, 深圳 or by its code; empty when unknown or unclear."""
    known = divisions()
    wanted = "".join(text.split()).replace("-", "").replace("/", "")
    if wanted in known:
        return wanted
    found = [d for d in known.values() if wanted in (d.name, d.short_name)]
    if not found:
        found = [
            d
            for d in known.values()
            if wanted.endswith((d.name, d.short_name)) and wanted in {"".join(x) for x in _spellings(lineage(d.code))}
        ]
    found.sort(key=lambda d: d.level)
    return found[0].code if found and (len(found) == 1 or found[0].level < found[1].level) else ""


def _spellings(path: list[Division]) -> list[list[str]]:
    spelled: list[list[str]] = [[]]
    for division in path:
        spelled = [[*start, name] for start in spelled for name in {division.name, division.short_name}] + (
            spelled if division is not path[-1] else []
        )
    return spelled
