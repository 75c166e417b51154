"""The environment of the test suite; loaded by pytest (`-p haike.site.testing`) before settings are read.

HAIKE_TEST_POSTGRES=postgres://… runs the suite on PostgreSQL; otherwise on SQLite, a database file per process.
Nothing of the developer's own settings or data reaches a test.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def set_environment() -> None:
    postgresql = os.environ.get("HAIKE_TEST_POSTGRES", "")
    # The processes of xdist inherit the folder of the one that started them.
    folder = os.environ.get("HAIKE_TEST_DATA", "")
    if not folder:
        folder = tempfile.mkdtemp(prefix="haike-test-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("HAIKE_")]:
        del os.environ[name]
    os.environ |= {
        "HAIKE_TEST_POSTGRES": postgresql,
        "HAIKE_TEST_DATA": folder,
        "HAIKE_DATABASE_URL": postgresql,
        "HAIKE_DATABASE_POOL": "0",
        "HAIKE_DATA": folder,
        "HAIKE_SECRET_KEY": "key-of-the-tests-" + "0123456789" * 4,
        "HAIKE_LOG": "text",
        "HAIKE_LOG_LEVEL": "WARNING",
    }
    for name in ("static", "media"):
        Path(folder, name).mkdir(exist_ok=True)


set_environment()
