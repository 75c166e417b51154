"""What the recipes say is done as they say it: their own blocks, in a copy of the project, by its own commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:haike|docs)/[\w./]+\.\w+)`")
pytestmark = [pytest.mark.sqlite, pytest.mark.slow]


@dataclass
class Step:
    """A block of a recipe: its language, its text, and the file that was named last before it."""

    kind: str
    text: str
    file: str


def steps_of(recipe: str) -> list[Step]:
    text = (ROOT / "docs/recipes" / recipe).read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        before = NAMED.findall(text[: block.start()])
        found.append(Step(block[1], block[2], before[-1] if before else ""))
    assert found
    return found


class Project:
    """A copy of the project with a data folder of its own and a command `haike`."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.root = folder / "project"
        for name in ("haike", "tests"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("static", "*.pyc.*"))
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        command = folder / "bin" / "haike"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m haike "$@"\n')
        command.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HAIKE_", "PYTEST_"))}
        self.environment = kept | {
            "HAIKE_DATA": str(data),
            "HAIKE_LANG": "en",
            "PYTHONPATH": str(self.root),
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def do(self, step: Step) -> None:
        """Write or run a block as somebody would who reads the recipe."""
        path = self.root / step.file
        if step.kind == "sh":
            self.run("bash", "-e", "-c", step.text)
        elif step.kind == "po":
            self.fill_in(path, step.text)
        elif step.text.startswith('"""'):
            assert not path.exists()
            path.write_text(step.text, encoding="utf-8")
        elif step.text.startswith("class "):
            self.add_to_class(path, step.text)
        else:
            self.add_lines(path, step.text)

    @staticmethod
    def add_to_class(path: Path, text: str) -> None:
        """The lines after the dots go into the class, before its Meta."""
        head, _, lines = text.partition("    ...\n")
        source = path.read_text(encoding="utf-8")
        start = source.index(head)
        end = source.index("    class Meta:", start)
        path.write_text(source[:end] + lines + "\n" + source[end:], encoding="utf-8")

    @staticmethod
    def add_lines(path: Path, text: str) -> None:
        """Imports go to the others of the house, all else to the end."""
        source = path.read_text(encoding="utf-8")
        imports, rest = re.fullmatch(r"((?:from [^\n]+\n)*)\n*(.*)", text, re.DOTALL).groups()
        place = source.index("from haike.") if imports else 0
        path.write_text(source[:place] + imports + source[place:] + rest, encoding="utf-8")

    @staticmethod
    def fill_in(path: Path, text: str) -> None:
        catalogue = path.read_text(encoding="utf-8")
        for message, chinese in re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE):
            empty = f'msgid "{message}"\nmsgstr ""\n'
            assert empty in catalogue, f"{message!r} does not wait for its Chinese"
            catalogue = catalogue.replace(empty, f'msgid "{message}"\nmsgstr "{chinese}"\n')
        path.write_text(catalogue, encoding="utf-8")

    def migrations(self) -> list[str]:
        return sorted(path.name for path in (self.root / "haike").glob("*/migrations/0*.py"))


def test_what_the_recipes_say_is_added_as_they_say_it(tmp_path: Path) -> None:
    """One line makes a field and one file an entity; `recipes_walk.py` then visits every surface in the copy. Chart and
    channel come with tests of their own."""
    project, written = Project(tmp_path, tmp_path / "data"), []
    before = project.migrations()
    for recipe in ("field.md", "entity.md", "chart.md", "channel.md"):
        for step in steps_of(recipe):
            project.do(step)
            if Path(step.file).name.startswith("test_"):
                written.append(step.file)
    assert len(project.migrations()) == len(before) + 4
    assert len(written) == 2
    project.run(sys.executable, "-m", "ruff", "check", "--fix", "--quiet", "haike")
    chosen = ["-k", " or ".join(["recipes_walk", "customers.vehicle", *(Path(file).stem for file in written)])]
    walked = ["tests/recipes_walk.py", "tests/test_contract.py", *written, *chosen]
    said = project.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *walked)
    passed = re.search(r"(\d+) passed", said)
    assert passed is not None
    assert int(passed[1]) >= 22  # the walk, the contract of the new entity, the recipes' own tests
