"""Prints docs/simulated-company.md: a small company, simulated, and its reports as the command line prints them.

python scripts/company_page.py > docs/simulated-company.md
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SCRIPTS = Path(__file__).parent
OPTIONS = ("--centers", "2", "--households", "600", "--months", "13", "--seed", "1", "--first", "2023-09")
AS_OF = ("--as-of", "2024-10-01T00:00:00+08:00")
HEAD = """# A simulated company, by its own reports

Printed by `scripts/company_page.py`; a test keeps it current. Do not edit it.

`scripts/simulate` writes the years of a property company that never was into a ledger, through the real commands:
complaints and other opinions, service orders, surveys, of any number of centers, households, staff and months. The same
options give the same bytes. This page shows a small one, from one September to the next:

```bash
./scripts/simulate --db company.db {options}
```

What to look for: complaints come in the last minutes of each month and are entered in the next, so every month carries
cases over; one center is slower than the other; one customer in seven is not content with the outcome, and the case is
handled again; some leave no way to be called back, so that fewer are called back than should be. One month of a center
under each policy is counted by hand, case by case, in `tests/simulation/test_month_by_hand.py`. Larger ones:

```bash
./scripts/simulate --db large.db --centers 50 --months 36
./scripts/simulate --db million.db --events 1000000 --no-facts
```
"""
YEAR = "2023-09..2024-08"
SHOWN = (
    ("A year of one center 一年", ("report", "monthly", "--month", YEAR, "--center", "center:sz01", *AS_OF)),
    ("The month of National Day, by center 国庆", ("report", "monthly", "--month", "2023-10", *AS_OF)),
    ("What they complain about 类别", ("report", "monthly", "--month", "2024-05", "--by", "category", *AS_OF)),
    ("In time 及时率", ("report", "timeliness", "--month", "2024-05", "--by", "clock", *AS_OF)),
    ("Called back 回访率", ("report", "callbacks", "--month", "2024-05", *AS_OF)),
    ("Asked 满意率", ("report", "surveys", "--month", "2024-04")),
)


def run(folder: str, *command: str) -> str:
    """Run a program there, and give what it says."""
    wide = {**os.environ, "COLUMNS": "220", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, cwd=folder, env=wide, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def page() -> str:
    """Simulate it, and write the page."""
    parts = [HEAD.format(options=shlex.join(OPTIONS))]
    with TemporaryDirectory() as folder:
        run(folder, sys.executable, str(SCRIPTS / "simulate.py"), "--db", "company.db", *OPTIONS)
        caseledger = str(Path(sys.executable).with_name("caseledger"))
        for title, command in SHOWN:
            said = "\n".join(
                line.rstrip() for line in run(folder, caseledger, "--db", "company.db", *command).splitlines()
            )
            parts.append(f"## {title}\n\n```text\n$ caseledger --db company.db {shlex.join(command)}\n{said}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
