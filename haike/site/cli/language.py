"""The language of the command line: HAIKE_LANG, else the locale, else Chinese.

Commands are told apart from pages: they speak before Django is there, so they read the catalogue themselves. What click
says itself ("Usage", "Options" …) comes from the same catalogue, see click_words.py.
"""

import gettext
import os

from haike.site.catalogues import LOCALE, PACKAGE

FOLDER = PACKAGE / "site" / "locale"


def chosen() -> str:
    """zh or en."""
    told = os.environ.get("HAIKE_LANG", "").lower()
    if told[:2] in {"zh", "en"}:
        return told[:2]
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "en" if value.startswith("en") else "zh"
    return "zh"


LANGUAGE = chosen()
DJANGO_LANGUAGE = "zh-hans" if LANGUAGE == "zh" else "en"

if LANGUAGE == "zh":
    # click asks the process's own catalogue, which the variable LANGUAGE chooses.
    os.environ["LANGUAGE"] = LOCALE
    gettext.bindtextdomain("django", str(FOLDER))
    gettext.textdomain("django")
    _ = gettext.translation("django", str(FOLDER), [LOCALE], fallback=True).gettext
else:
    _ = gettext.NullTranslations().gettext
