"""What a process that serves pages keeps in memory."""

import subprocess
import sys

LOADED = "import haike.site.wsgi, sys; print(*{'pypinyin', 'openpyxl', 'haike.site.demo.make'} & sys.modules.keys())"


def test_pages_load_no_dictionary_of_phrases_and_no_maker_of_samples() -> None:
    """pypinyin's dictionaries take 70 MB of each process; only the maker of the sample company imports it."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == []
