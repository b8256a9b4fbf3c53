"""SQLite without its count of memory: taken before its first use, and not after."""

import subprocess
import sys

import pytest

AFTER = """
import ctypes, sqlite3, _sqlite3
connection = sqlite3.connect(":memory:")
connection.execute("create table said (words)")
used = ctypes.CDLL(_sqlite3.__file__).sqlite3_memory_used
used.restype = ctypes.c_int64
print(taken, used() > 0)
"""
ASK = "from caseledger.adapters.cli.lean_sqlite import stop_counting_memory as stop\ntaken = stop()"


def _said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="asked for on Linux only")
def test_asked_before_its_first_use_sqlite_counts_no_memory() -> None:
    assert _said(f"{ASK}\n{AFTER}") == "True False"


def test_asked_after_its_first_use_sqlite_goes_on_as_before() -> None:
    assert _said(f"import sqlite3\n{ASK}\n{AFTER}") == "False True"


def test_who_imports_the_package_finds_sqlite_as_it_was() -> None:
    assert _said(f"taken = None\nfrom caseledger import Ledger\n{AFTER}") == "None True"
