"""HTML escaping for the many small pieces of a list: a page asks for it more than a thousand times."""

import html
import re

from django.utils.safestring import SafeString

_special = re.compile("[&<>\"']").search


def escape(text: object) -> SafeString:
    """The same as Django's, several times as fast on text that needs none; lazy texts are resolved at once."""
    plain = str(text)
    return SafeString(html.escape(plain) if _special(plain) else plain)
