"""Rules of the house that no linter knows: sizes, imports inside functions, words, migrations in both modes."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from haike.site.rooms import ROOMS
from haike.site.words.check import check

ROOT = Path(__file__).resolve().parents[1]
_DICTIONARY = re.compile(r"Dictionary\(\s*key=\"(\w+)\"")
LONGEST_FILE = 500
KERNEL_BUDGET = 5000
# Sources are the same whatever the database is.
pytestmark = pytest.mark.sqlite
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|coming soon|not implemented|暂未|敬请期待", re.IGNORECASE)


def python_files() -> Iterator[Path]:
    for path in sorted((ROOT / "haike").rglob("*.py")):
        if not {"tests", "migrations", "data"} & set(path.parts):
            yield path


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_stay_short() -> None:
    # Tables of data may be long; they end in _data.py.
    long = {p.relative_to(ROOT): lines_of(p) for p in python_files() if not p.stem.endswith("_data")}
    assert {path: lines for path, lines in long.items() if lines > LONGEST_FILE} == {}


def test_kernel_stays_within_its_budget() -> None:
    kernel = [p for p in python_files() if p.is_relative_to(ROOT / "haike/kernel") and not p.stem.endswith("_data")]
    assert sum(lines_of(path) for path in kernel) <= KERNEL_BUDGET


def test_no_import_inside_a_function() -> None:
    found = []
    for path in python_files():
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                found += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in inner]
    assert sorted(set(found)) == []


def test_rooms_stand_in_the_same_order_everywhere() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert contract["layers"] == [f"haike.{room}" for room in reversed(ROOMS)] + [
        "haike.company : haike.digits : haike.progress : haike.refused : haike.said"
    ]
    folders = {path.parent.name for path in (ROOT / "haike").glob("*/apps.py")}
    assert folders == set(ROOMS)


def test_every_library_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["postgresql"]]
    declared = {re.split(r"[<>=!~;\[ ]", line)[0].lower().replace("_", "-") for line in wanted}
    sold_as = packages_distributions()
    found = set()
    for path in python_files():
        # Keeping the words is work at the source, with the tools for it.
        if not path.is_relative_to(ROOT / "haike/site/words"):
            found |= set(libraries_of(path))
    missing = {
        name for name in found if not declared & {each.lower().replace("_", "-") for each in sold_as.get(name, [])}
    }
    assert missing == set()


def libraries_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"haike"}


def test_nothing_is_left_unfinished() -> None:
    found = []
    for folder, kinds in [("haike", {".py", ".html", ".js", ".css", ".po"}), ("frontend", {".mjs"})]:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in kinds and not {"node_modules", "tests", "static"} & set(path.parts):
                text = path.read_text(encoding="utf-8")
                found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in UNFINISHED.finditer(text)]
    assert found == []


def test_all_words_are_there_in_both_languages() -> None:
    assert check() == []


HOSTED = {"HAIKE_HOSTED": "1", "HAIKE_DATABASE_URL": "postgres://haike@127.0.0.1:1/none"}


@pytest.mark.parametrize("mode", [{}, HOSTED], ids=["one company", "hosted"])
def test_declarations_and_migrations_are_in_step(mode: dict[str, str], tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HAIKE_")}
    environment |= {"HAIKE_DATA": str(tmp_path), "HAIKE_LANG": "en", "PYTHONPATH": str(ROOT)} | mode
    command = [sys.executable, "-m", "haike", "check", "--no-database"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", ["docs/features/index.md", "docs/manual/zh-Hans/index.md", "docs/manual/en/index.md"])
def test_a_table_of_contents_names_each_thing_once(path: str) -> None:
    found = re.findall(
        r"^(?:\| ([A-Z]\d+) \||\d+\. \[[^\]]+\]\(([a-z-]+)\.md\))", (ROOT / path).read_text("utf-8"), re.M
    )
    names = [number or chapter for number, chapter in found]
    assert names
    assert sorted(names) == sorted(set(names))


def test_no_two_rooms_declare_a_dictionary_of_the_same_key() -> None:
    """The second would take the first one's place: what is chosen from the first could not be saved any more."""
    keys = Counter(
        key for path in (ROOT / "haike").glob("*/dictionaries*.py") for key in _DICTIONARY.findall(path.read_text())
    )
    assert sum(keys.values()) > 50
    assert [key for key, count in keys.items() if count > 1] == []
