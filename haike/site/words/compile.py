"""Turn .po into .mo. Knows neither Django nor the rest of Haike, because the build uses it too."""

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from haike.site.catalogues import LOCALE, catalogues


def compile_stale() -> int:
    """Write each .mo that is missing or older than its .po; tells how many were written."""
    written = 0
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=LOCALE, abort_invalid=True)
        # Written beside and moved, so that a server that starts now reads a whole file.
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as out:
            write_mo(out, catalogue)
        draft.replace(target)
        written += 1
    return written
