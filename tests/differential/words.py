"""Words that a random history says: plain ones, and those that JSON or SQL might take for something else."""

from __future__ import annotations

from random import Random

LETTERS = "ab 1水漏吵'\"\\%_=!?:;,.{}[]$\n\t\r\x01\x7f\u00a0\u2028é𝄞🔨👩‍👩‍👧"
TRAPS = (
    *("true", "false", "null", "NULL", "0", "1", "00012", "1e5", "-1", "=", "!", "=!"),
    *("%s %(x)s :x ? ?1", "'; drop table fact_opinions; --", '{"a": null}', "\\u0000", "\\", '"', "''"),
    *("ends in spaces  ", "  begins so", "\ufeff标记", "Ä ä ß ẞ", "水龙头漏水 🚰", '楼上"太吵"了 🔨', "x" * 200),
)
CODES = ("true", "false", "null", "0", "1", "00012", "1e5", "1.50", "a-b_c.d", "x" * 48)


def words(random: Random) -> str:
    """A text that can be stored, of at most 200 characters."""
    if random.randint(0, 1):
        return random.choice(TRAPS)
    return "".join(random.choice(LETTERS) for _ in range(random.randint(1, 8))) + random.choice("a水🔨")


def code(random: Random) -> str:
    """A word from some list."""
    return random.choice(CODES)


def name(random: Random, kind: str, *, many: int = 4) -> str:
    """An id of a person or a dwelling, out of a few; some look like numbers or truth."""
    return random.choice((f"{kind}:{random.randint(1, many)}", code(random), f"{kind}:" + "9" * (63 - len(kind))))
