"""What a service needs it imports from `caseledger`: the names of `__init__.py` and its stub, and none is missing."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import resolve_name
from types import ModuleType

import caseledger
from caseledger import StoreError
from caseledger.adapters import keys
from caseledger.adapters.store import errors
from caseledger.domain.catalogue import COMMANDS
from caseledger.domain.refusal import Refused
from tests.packaging.conftest import CHECKOUT

STUB = CHECKOUT / "src" / "caseledger" / "__init__.pyi"
ALIASES = {"Clock", "Progress", "RandomBytes", "Result"}
"""Types that have no class of their own at run time."""
MADE_BY_THE_LEDGER = {"Figures", "Within"}
"""Their constructors take the ledger's inner parts and are nobody else's to call."""
INNER = {"Bell", "Type", "Compare", "Take"}
"""What `Ledger.follower` hands over by itself, and the words of a declaration, which only our own modules make."""

inside = vars(caseledger)
public = {name: getattr(caseledger, name) for name in inside["__all__"]}


@cache
def imports_of(module: ModuleType) -> dict[str, tuple[str, str]]:
    """The names that a module imports, those for type checkers included, each with its home and its name there."""
    return {
        alias.asname or alias.name: (
            resolve_name("." * node.level + (node.module or ""), module.__package__ or ""),
            alias.name,
        )
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def value_of(name: str, module: ModuleType) -> object:
    """What a name in an annotation means; None where it is not ours."""
    if name in vars(module):
        return vars(module)[name]
    home, there = imports_of(module).get(name, ("", ""))
    return value_of(there, import_module(home)) if home.startswith("caseledger.") else None


def signatures(name: str, kind: type) -> Iterator[ast.expr]:
    """The annotations of a class's public fields and methods, and of its constructor."""
    module = import_module(kind.__module__)
    for node in ast.walk(
        next(n for n in tree_of(module).body if isinstance(n, ast.ClassDef) and n.name == kind.__name__)
    ):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and not node.target.id.startswith("_"):
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and (
            node.name[0] != "_" or (node.name == "__init__" and name not in MADE_BY_THE_LEDGER)
        ):
            # Keywords that are declared together (`Unpack`) are given one by one.
            given = [one for one in ast.walk(node.args) if isinstance(one, ast.arg) and one is not node.args.kwarg]
            yield from (one.annotation for one in given if one.annotation)
            yield from [node.returns] if node.returns else []


def named_in(annotation: ast.expr) -> Iterator[str]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def test_the_stub_and_the_package_have_the_same_names_from_the_same_homes() -> None:
    homes: dict[str, str] = {}
    modules: dict[str, str] = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname == alias.name:
                    homes[alias.name] = f"{node.module}.{alias.name}"
                else:
                    modules[alias.asname or ""] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign):
            (target,) = node.targets
            value = node.value
            assert isinstance(target, ast.Name)
            assert isinstance(value, ast.Attribute)
            assert isinstance(value.value, ast.Name)
            homes[target.id] = f"{modules[value.value.id]}.{value.attr}"
    there = inside["_THERE"]
    assert homes == {name: f"{home}.{there.get(name, name)}" for name, home in inside["_HOME"].items()}


def test_every_name_is_there_and_is_listed() -> None:
    assert sorted(public) == sorted(set(inside["__all__"]))
    assert set(public) <= set(dir(caseledger))


def test_every_command_is_public() -> None:
    assert [kind.__name__ for kind in COMMANDS.values() if public.get(kind.__name__) is not kind] == []


def test_every_refusal_is_public() -> None:
    ours = [kind for path in everything() for kind in vars(import_module(path)).values()]
    refusals = {kind for kind in ours if isinstance(kind, type) and issubclass(kind, Refused)}
    assert len(refusals) > len(Refused.__subclasses__()) / 2
    assert sorted(kind.__name__ for kind in refusals if public.get(kind.__name__) is not kind) == []


def test_every_error_of_the_databases_and_of_keys_is_public() -> None:
    ours = [*vars(errors).values(), *vars(keys).values()]
    raised = {kind for kind in ours if isinstance(kind, type) and issubclass(kind, StoreError)}
    assert sorted(kind.__name__ for kind in raised if public.get(kind.__name__) is not kind) == []


def test_every_error_that_a_public_docstring_names_is_public() -> None:
    told = {
        (f"{name}.{method}", error)
        for name, kind in public.items()
        if isinstance(kind, type)
        for method, text in documented(kind)
        for error in re.findall(r"^ +([A-Z]\w+): ", text.partition("Raises:")[2], re.MULTILINE)
    }
    assert ("Ledger.do", "StoreError") in told
    # Python's own, and the library's, of which all of ours are: see `StoreError`.
    assert sorted(one for one in told if one[1] not in public and one[1] not in {"KeyError", "PersistenceError"}) == []


def test_every_type_in_a_public_signature_is_public() -> None:
    kinds = [kind for kind in public.values() if isinstance(kind, type)]
    missing = {
        f"{name} in {public_name}"
        for public_name, kind in public.items()
        if isinstance(kind, type)
        for annotation in signatures(public_name, kind)
        for name in named_in(annotation)
        if is_ours(value := value_of(name, import_module(kind.__module__)), name)
        and name not in INNER
        and not any(value is one for one in kinds)
        and name not in public
    }
    assert sorted(missing) == []


def documented(kind: type) -> Iterator[tuple[str, str]]:
    """The docstrings of a class and of its public methods."""
    yield "__init__", kind.__doc__ or ""
    for name, method in inspect.getmembers(kind):
        if inspect.isfunction(method) and not name.startswith("_"):
            yield name, method.__doc__ or ""


def is_ours(value: object, name: str) -> bool:
    """Annotated text and numbers, such as `CenterId`, are written as plain values and need no name."""
    return name in ALIASES or (isinstance(value, type) and value.__module__.startswith("caseledger."))


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, caseledger; print(sorted(one for one in sys.modules if one.startswith('caseledger.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_command_is_imported_without_a_database() -> None:
    code = "import sys; from caseledger import CorrectOpinion, Policy, Refused; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def everything() -> list[str]:
    """All modules of the three folders."""
    return [
        ".".join(("caseledger", *path.relative_to(CHECKOUT).with_suffix("").parts)).removesuffix(".__init__")
        for folder in ("domain", "projections", "adapters")
        for path in sorted((CHECKOUT / folder).rglob("*.py"))
    ]
