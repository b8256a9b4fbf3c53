"""Imports run one way, and only by the names that hold in a checkout and in a wheel alike."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from importlib.util import resolve_name
from pathlib import Path

import pytest

from tests.packaging.conftest import CHECKOUT

FOLDERS = ("domain", "projections", "adapters")


def lint_imports(folder: Path, package: Path) -> subprocess.CompletedProcess[str]:
    # The package that is looked at is the one first on the path, not the one that is installed.
    first = f"import sys; sys.path.insert(0, {str(package)!r}); "
    code = first + "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    wide = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=wide, check=False, capture_output=True, text=True)


def test_imports_run_one_way_and_the_domain_is_pure() -> None:
    done = lint_imports(CHECKOUT, CHECKOUT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("domain/broken.py", "from ..projections import events", "Imports run one way"),
        ("projections/broken.py", "from ..adapters import store", "Imports run one way"),
        ("domain/broken.py", "import sqlalchemy", "The domain is pure"),
        ("domain/broken.py", "from os import environ", "The domain is pure"),
        ("domain/broken.py", "import random", "The domain is pure"),
        ("projections/broken.py", "import eventsourcing.persistence", "Projections know events"),
    ],
)
def test_a_forbidden_import_is_noticed(file: str, line: str, contract: str, tmp_path: Path) -> None:
    package = tmp_path / "src" / "caseledger"
    shutil.copytree(CHECKOUT / "src" / "caseledger", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    (package / file).write_text(line + "\n")
    done = lint_imports(tmp_path, tmp_path / "src")
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [told for told in done.stdout.splitlines() if told.endswith("BROKEN")]
    # One import may break two: who reaches the projections reaches SQLAlchemy.
    assert any(contract in told for told in broken)


def test_the_folders_import_each_other_only_relatively() -> None:
    """An absolute import would work in one of the two places only, or bind a bare `domain`."""
    wrong = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for folder in FOLDERS
        for path in (CHECKOUT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.split(".")[0] in {"caseledger", *FOLDERS}
    ]
    assert wrong == []


def test_no_two_modules_need_each_other_to_run() -> None:
    assert circles(edges(for_types=False)) == []


def test_only_the_themes_of_opinions_name_each_others_types_in_a_circle() -> None:
    """Decision 19."""
    found = [circle for circle in circles(edges(for_types=True)) if not in_folder(circle, "caseledger.domain.opinion.")]
    assert found == []


def in_folder(circle: set[str], folder: str) -> bool:
    return all(module.startswith(folder) for module in circle)


def edges(*, for_types: bool) -> dict[str, set[str]]:
    """Which of our modules each imports; those that only type checkers import as well, where `for_types`."""
    modules = {
        ".".join(("caseledger", *path.relative_to(CHECKOUT).with_suffix("").parts)): path
        for folder in FOLDERS
        for path in (CHECKOUT / folder).rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        left_out = set() if for_types else {id(one) for node in guarded(tree) for one in ast.walk(node)}
        named = [
            f"{resolve_name('.' * node.level + (node.module or ''), module.rpartition('.')[0])}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.level and id(node) not in left_out
            for alias in node.names
        ]
        found[module] = {home for name in named if (home := home_of(name, modules)) and home != module}
    return found


def home_of(name: str, modules: Collection[str]) -> str | None:
    """Where an imported name lives: it is a module or a package itself, or stands in one."""
    up = name.rpartition(".")[0]
    return next((one for one in (name, f"{name}.__init__", up, f"{up}.__init__") if one in modules), None)


def guarded(tree: ast.Module) -> list[ast.If]:
    return [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """Modules that reach each other, in sets."""
    reached = {module: reach(module, imports) for module in imports}
    sets = {frozenset(other for other in reached[one] if one in reached[other]) for one in imports}
    return sorted((set(one) for one in sets if len(one) > 1), key=sorted)


def reach(start: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = imports[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def imported(node: ast.AST) -> list[str]:
    """The modules that an absolute import names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def test_importing_caseledger_in_the_checkout_binds_no_bare_folder() -> None:
    code = f"import sys, caseledger, caseledger.domain; print(sorted(set({FOLDERS!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
