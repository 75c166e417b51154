"""Put the SQLite of the pysqlite3 wheel in place of the system's.

Many systems ship an SQLite with the WAL-reset bug (3.7.0 to 3.51.2), which can corrupt a database that several
processes write. Settings import this module before Django loads its SQLite backend. Where there is no wheel (macOS,
Windows, ARM) the system's SQLite stays in place and `haike check` warns when it is one of the bad versions.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

GOOD_FROM = (3, 51, 3)


def swap() -> None:
    """Make `import sqlite3` give pysqlite3 from now on, where the wheel is installed."""
    if find_spec("pysqlite3") is None:
        return
    sys.modules["sqlite3"] = import_module("pysqlite3")
    sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")


PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
    "PRAGMA cache_size=-4096",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA wal_autocheckpoint=16000",
)
