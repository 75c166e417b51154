"""What every test of Haike shares: database, markers, browser.

`pytest` runs on SQLite, with HAIKE_TEST_POSTGRES=postgres://… on PostgreSQL. Markers: `feature("C12")` names what of
the feature list a test shows; `sqlite` and `postgresql` choose the one database a test is about; `browser` drives
Chromium. In CI (CI=true) a skipped test is a failed test.
"""

import gc
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from haike.find import finder as find
from haike.kernel import versioned
from haike.people.testing import Staff, keep_staff, make_staff, send_staff_away
from haike.people.user.record import User
from haike.site.words.compile import compile_stale
from tests.kept_database import keep_database

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
FEATURE_SHAPE = "PCLOQKMTJAISGFRBHEX"


# Settings that only tests want


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # As it is with a pool, which tests do without.
    settings.DATABASES["default"]["PLANS"] = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # How long it takes to make an example says more of the machine than of the test.
    hypothesis_settings.register_profile("haike", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("haike")
    # Tests read Chinese, the language of most users.
    compile_stale()
    # Until all tests are read nothing of it is garbage; `pytest_collection_finish` goes on from there.
    gc.disable()
    if IN_CI:
        # The summary names tests that needed more than one try.
        config.option.reportchars += "R"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process remembers counts versions that the end of a test takes back; and the last page that a test asked
    for leaves its language behind."""
    translation.deactivate()
    versioned.forget()
    find.forget()
    cache.clear()


# Choice of tests

TOGETHER = {
    "test_demo.py", "test_demo_trade.py", "test_hosted.py", "test_lighthouse.py", "test_run.py", "test_streams.py",
}  # fmt: skip
"""Files whose tests share something that takes long to make, and so run in one process."""


SCREENS = {
    "test_bad_sheets.py", "test_contract_with_fields.py", "test_designer.py", "test_import_page.py", "test_inline.py",
    "test_languages.py", "test_menu.py", "test_modules.py", "test_preview.py", "test_settings_and_help.py",
    "test_sheets_hostile.py", "test_sheets_write.py", "test_supervise.py", "test_tab_schemes.py", "test_typed.py",
}  # fmt: skip
"""Files about what pages say, forms take and sheets hold, on one database: the whole has to end within half an hour."""


PROCESSES = {"test_chaos.py", "test_run.py", "test_streams.py", "test_supervise.py", "test_turns.py", "test_writers.py"}
TRIES = 3
"""Files whose tests start, stop and kill processes, or let several wait for each other; and how often CI tries these
and the tests in the browser. All others have to pass at once."""


class Together(LoadScopeScheduling):
    """Spreads single tests, but these files whole. (The mark xdist_group, which is meant for that, goes by node ids
    that pytest 9.2 does not let xdist change.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if Path(file).name in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Together(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--features", action="store_true", help="print which tests show which features, run nothing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    twice = SCREENS if connection.vendor == "postgresql" else set()
    kept = [item for item in items if item.get_closest_marker(other) is None and item.path.name not in twice]
    if hasattr(config, "workerinput"):
        kept = in_good_order(kept)
    if len(kept) < len(items):
        left = {id(item) for item in kept}
        config.hook.pytest_deselected(items=[item for item in items if id(item) not in left])
    items[:] = kept
    for item in items:
        if IN_CI and sways(item) and config.pluginmanager.hasplugin("rerunfailures"):
            item.add_marker(pytest.mark.flaky(reruns=TRIES - 1))
        for number in features_of(item):
            if number[:1] not in FEATURE_SHAPE or not number[1:].isdigit():
                raise pytest.UsageError(f"{item.nodeid}: feature({number!r}) is not a number of the feature list")


def in_good_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """What takes long comes first, so that no process sits alone with it at the end; and what waits for a browser
    comes spread among what computes."""
    place: dict[int, tuple[int, float]] = {}
    for of_browser in (True, False):
        some = [item for item in items if (item.get_closest_marker("browser") is not None) == of_browser]
        for number, item in enumerate(some):
            slow = item.get_closest_marker("slow") is not None
            place[id(item)] = (0 if slow and not of_browser else 1, number / len(some))
    return sorted(items, key=lambda item: place[id(item)])


def sways(item: pytest.Item) -> bool:
    """Whether a test hangs on a browser or on processes of their own, which a busy machine may keep waiting."""
    return item.get_closest_marker("browser") is not None or item.path.name in PROCESSES


def features_of(item: pytest.Item) -> list[str]:
    return [str(number) for marker in item.iter_markers("feature") for number in marker.args]


def pytest_collection_finish(session: pytest.Session) -> None:
    # What is there now stays to the end. Looking it through for garbage again and again would be a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
    if not session.config.getoption("--features"):
        return
    shown: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for number in features_of(item):
            shown[number].add(item.nodeid.split("[")[0])
    for number in sorted(shown, key=lambda n: (FEATURE_SHAPE.index(n[0]), int(n[1:]))):
        print(f"{number:<5}" + "\n     ".join(sorted(shown[number])))
    print(f"{len(shown)} features are shown by {len({t for tests in shown.values() for t in tests})} tests.")
    session.items.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


# Browser


def chromium() -> str | None:
    given = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return given if Path(given).exists() else shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which a process starts once."""
    with sync_playwright() as running:
        # Playwright runs an event loop in this thread; the tests' own queries in it are safe all the same.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        # A machine that is busy with other tests may take its time.
        expect.set_options(timeout=20_000)
        yield running
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    arguments = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    running = playwright.chromium.launch(
        executable_path=path, args=[*arguments.split(), "--disable-component-update", "--disable-sync"]
    )
    yield running
    running.close()


@pytest.fixture
def browser_page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a fresh browser profile; paths such as `page.goto("/today/")` go to the live server."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1440, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        # Requests that pass through a service worker escape a test's routes; its own test allows it.
        service_workers="block",
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


# People: ann sells, ben leads her, cat sells in another department, boss sees all


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A database in which the staff is there already: making them took as long as many a test."""
    with django_db_blocker.unblock():
        keep_staff()
        keep_database()


@pytest.fixture
def staff(db: None) -> Staff:
    return make_staff()


@pytest.fixture
def nobody(db: None) -> None:
    """A company without people and departments."""
    send_staff_away()


@pytest.fixture
def ann(staff: Staff) -> User:
    return staff.ann


@pytest.fixture
def ben(staff: Staff) -> User:
    return staff.ben


@pytest.fixture
def cat(staff: Staff) -> User:
    return staff.cat


@pytest.fixture
def boss(staff: Staff) -> User:
    return staff.boss


@pytest.fixture
def browse(staff: Staff) -> Callable[[User], Client]:
    """A browser in which this user is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
