"""A mutant in a fork of this process: the function's code is replaced in place, then tests run until one fails."""

from __future__ import annotations

import ast
import os
import signal
import sys
from functools import reduce
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, NoReturn

from _pytest.runner import runtestprotocol

from .told import KILLED, SURVIVED, TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from .mutants import Mutant

NOTICED, IMPOSSIBLE = 1, 3
"""Exit codes of a fork; 0: no test noticed."""


def outcome(mutant: Mutant, tests: Sequence[pytest.Item], seconds: float) -> tuple[str, str]:
    """What became of a mutant within so many seconds of processor time, and by which test.

    Raises:
        RuntimeError: the mutant could not be put in; a fault of these scripts.

    """
    _ = mutant.source  # once, before there are two processes
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(mutant, tests, seconds, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TOO_LONG, said
    if os.WEXITSTATUS(status) == IMPOSSIBLE:
        raise RuntimeError(f"{mutant.module}.{mutant.function} cannot be changed so: {said}\n{mutant.difference}")
    return (KILLED if os.WEXITSTATUS(status) == NOTICED else SURVIVED), said


def _live(mutant: Mutant, tests: Sequence[pytest.Item], seconds: float, writing: int) -> NoReturn:
    """Run in the fork; never returns."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(seconds) * 20)  # one that waits takes no processor time
    code = IMPOSSIBLE
    try:
        put_in(mutant)
        code = 0
        for test, after in zip(tests, [*tests[1:], None], strict=True):
            if any(report.failed for report in runtestprotocol(test, log=False, nextitem=after)):
                os.write(writing, test.nodeid.encode())
                code = NOTICED
                break
    except BaseException as problem:  # noqa: BLE001 - whatever a mutant does, the fork ends here
        os.write(writing, repr(problem).encode())
        code = code or NOTICED
    finally:
        os._exit(code)


def put_in(mutant: Mutant) -> None:
    """Give the living function the code of the mutant; all who hold the function have it then."""
    module = sys.modules[mutant.module]
    function = _living(mutant)
    tree = ast.parse(mutant.source)
    function.__code__ = _code(compile(tree, str(module.__file__), "exec"), mutant.function)
    arguments = _definition(tree, mutant.function).args
    names = vars(module)
    function.__defaults__ = tuple(_value(node, names) for node in arguments.defaults) or None
    given = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    function.__kwdefaults__ = {arg.arg: _value(node, names) for arg, node in given if node is not None}


def _value(node: ast.expr, names: dict[str, object]) -> object:
    return eval(compile(ast.Expression(node), "default", "eval"), names)  # noqa: S307 - the project's own code


def _living(mutant: Mutant) -> FunctionType:
    *owners, name = mutant.function.split(".")
    owner = reduce(getattr, owners, sys.modules[mutant.module])
    found = vars(owner)[name]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found  # a property, a class method
    if not isinstance(found, FunctionType):
        raise TypeError(f"{mutant.function} is no function but {found!r}")
    return found


def _code(whole: CodeType, qualname: str) -> CodeType:
    (found,) = (code for code in _codes(whole) if code.co_qualname == qualname)
    return found


def _codes(within: CodeType) -> Iterator[CodeType]:
    for part in within.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from _codes(part)


def _definition(tree: ast.Module, qualname: str) -> ast.FunctionDef:
    body: list[ast.stmt] = tree.body
    found: ast.stmt | None = None
    for name in qualname.split("."):
        (found,) = (one for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == name)
        body = found.body
    if not isinstance(found, ast.FunctionDef):
        raise TypeError(f"{qualname} is no function")
    return found
