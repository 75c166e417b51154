"""The script of the frame and its parts arrive together."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from haike.screens.templatetags.haike import modules

IMPORTED = re.compile(r'(?:from|import)"\./(chunks/[^"]+)"')
NAMED = re.compile(r'<link rel="modulepreload" href="/static/haike/([^"]+)">')


def test_a_page_names_what_its_script_imports() -> None:
    """Else the browser asks for these parts only when it has read the script: a way to the server and back later."""
    script = finders.find("haike/haike.js")
    assert script
    imported = IMPORTED.findall(Path(script).read_text())
    assert NAMED.findall(modules()) == imported != []
    assert all(finders.find(f"haike/{part}") for part in imported)
