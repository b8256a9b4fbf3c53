"""Checks the Python of every page as mypy checks the code: what a reader copies passes his own strict checker.

    python -m tests.docs.typed

A page's blocks share one namespace, as when they are run; an error names the page's own line.
"""

import doctest
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.fences import Block, blocks

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted([CHECKOUT / "README.md", *CHECKOUT.glob("docs/**/*.md")])


def module(page: Path) -> str:
    """The Python of a page, each line where it stands there; nothing where it has none."""
    lines: dict[int, str] = {}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            lines.update(_lines(block))
    return "\n".join(lines.get(number, "") for number in range(1, max(lines, default=0) + 1))


def _lines(block: Block) -> Iterator[tuple[int, str]]:
    parts = [(0, block.body)]
    if ">>> " in block.body:
        parts = [(example.lineno, example.source) for example in doctest.DocTestParser().get_examples(block.body)]
    for start, source in parts:
        for number, line in enumerate(source.splitlines()):
            yield block.line + start + number, line


def main() -> int:
    """Write the pages' modules, and let mypy read them."""
    with TemporaryDirectory() as folder:
        found = {f"{page.stem.replace('-', '_').lower()}_md": module(page) for page in PAGES}
        paths = []
        for name, text in found.items():
            if text:
                path = Path(folder) / f"{name}.py"
                path.write_text(text, encoding="utf-8")
                paths.append(str(path))
        done = subprocess.run(
            [sys.executable, "-m", "mypy", *paths], cwd=CHECKOUT, capture_output=True, encoding="utf-8", check=False
        )
        sys.stdout.write((done.stdout + done.stderr).replace(f"{folder}/", ""))
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
