"""Where the catalogues of translations lie: each room has its own."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = "zh_Hans"


def catalogue_of(room: Path) -> Path:
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def catalogues() -> list[Path]:
    return sorted(PACKAGE.glob(f"*/locale/{LOCALE}/LC_MESSAGES/django.po"))
