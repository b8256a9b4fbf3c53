"""Types of fact columns: how the text of a JSON value becomes a value that every database gives back alike.

Times, days and months stay fixed-width text, which sorts as the time does on every engine:
`2026-03-01T01:30:00.000000Z`, `2026-03-01`, `2026-03`. Whole numbers come back as `int`, yes and no as `bool`, amounts
as `Decimal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Boolean, Integer, Numeric, String, TypeDecorator, case, cast, false, func, literal_column, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from .events import binary_text

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

DIGITS: Final = 14


class Amount(TypeDecorator[Decimal]):
    """An exact number with fixed decimals. SQLite has none such: there it is text such as `12.50`."""

    impl = Numeric(DIGITS, 2)
    cache_ok = True

    def __init__(self, scale: int = 2) -> None:
        super().__init__()
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, NUMERIC elsewhere."""
        kept = String(DIGITS + 2) if dialect.name == "sqlite" else Numeric(DIGITS, self.scale)
        return dialect.type_descriptor(kept)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's own
        """Write with exactly so many decimals."""
        return f"{value:.{self.scale}f}" if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002 - as above
        """Read as Decimal."""
        return None if value is None else Decimal(value)


class exact(FunctionElement[Decimal]):  # noqa: N801 - reads as a function in a select
    """The text of an amount as an exact number."""

    inherit_cache = True

    def __init__(self, text: ColumnElement[Any], scale: int) -> None:
        self.type = Amount(scale)
        super().__init__(text, literal_column(str(scale)))


class exact_total(exact):  # noqa: N801 - as above
    """The exact sum of amounts given as text."""

    inherit_cache = True


class digits(FunctionElement[str]):  # noqa: N801 - as above
    """A whole number of so many digits as text, for what is put together with other text."""

    type = String()
    inherit_cache = True

    def __init__(self, number: ColumnElement[int], length: int) -> None:
        super().__init__(number, literal_column(str(length)))


@compiles(digits)
def _digits(element: digits, compiler: SQLCompiler, **given: Any) -> str:
    number, length = element.clauses
    return compiler.process(cast(number, String(int(compiler.process(length)))), **given)


@compiles(digits, "mysql", "mariadb")
def _digits_mysql(element: digits, compiler: SQLCompiler, **given: Any) -> str:
    # concat() makes a text of it. What is put together with a CAST, MySQL 9.7 may encode twice over, in UTF-8 of UTF-8,
    # where rows are grouped by an expression.
    return compiler.process(next(iter(element.clauses)), **given)


def _parts(element: exact, compiler: SQLCompiler, given: dict[str, Any]) -> tuple[str, int]:
    text, scale = element.clauses
    return compiler.process(text, **given), int(compiler.process(scale))


@compiles(exact)
def _exact(element: exact, compiler: SQLCompiler, **given: Any) -> str:
    text, scale = _parts(element, compiler, given)
    return f"CAST({text} AS DECIMAL({DIGITS}, {scale}))"


@compiles(exact, "sqlite")
def _exact_sqlite(element: exact, compiler: SQLCompiler, **given: Any) -> str:
    text, scale = _parts(element, compiler, given)
    # Fifteen digits are exact in a double, so that printing the decimals gives the amount back; of NULL it prints 0.00.
    return f"CASE WHEN {text} IS NOT NULL THEN printf('%.{scale}f', {text}) END".replace("%", _percent(compiler))


@compiles(exact_total)
def _exact_total(element: exact_total, compiler: SQLCompiler, **given: Any) -> str:
    text, scale = _parts(element, compiler, given)
    return f"sum(CAST({text} AS DECIMAL({DIGITS}, {scale})))"


@compiles(exact_total, "sqlite")
def _exact_total_sqlite(element: exact_total, compiler: SQLCompiler, **given: Any) -> str:
    text, scale = _parts(element, compiler, given)
    # Summed in whole units of the last decimal: a sum of doubles would drift.
    unit = 10**scale
    units = f"sum(CAST(round({unit} * CAST({text} AS REAL)) AS INTEGER))"
    sign = f"CASE WHEN {units} < 0 THEN '-' ELSE '' END"
    shown = f"{sign} || printf('%d.%0{scale}d', abs({units}) / {unit}, abs({units}) % {unit})"
    return f"CASE WHEN {units} IS NOT NULL THEN {shown} END".replace("%", _percent(compiler))


def _percent(compiler: SQLCompiler) -> str:
    return "%%" if compiler.preparer._double_percents else "%"  # noqa: SLF001 - SQLAlchemy's own compilers ask it so


def word(text: str) -> ColumnElement[str]:
    """A fixed word in a select, written out: hundreds of bound parameters would slow every execution."""
    if "'" in text or "%" in text or "\\" in text:
        raise ValueError(f"{text!r} is no plain word")
    return literal_column(f"'{text}'", String())


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type: its word in the data dictionary; for text its greatest length, for decimals their count."""

    word: str
    length: int = 0

    @property
    def stored(self) -> TypeEngine[Any]:
        """The type of the column in the table."""
        match self.word:
            case "integer":
                return Integer()
            case "boolean":
                return Boolean()
            case "decimal":
                return Amount(self.length)
            case _:
                return binary_text(self.length)

    def read(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Turn the text of a JSON value into a value of this type; absent stays absent."""
        match self.word:
            case "integer":
                return cast(text, Integer)
            case "boolean":
                # The databases write JSON's true as 'true' or as 1; what is absent is neither true nor false.
                yes, no = (word("true"), word("1")), (word("false"), word("0"))
                answers = [*((one, true()) for one in yes), *((one, false()) for one in no)]
                return case(*answers, value=text)
            case "decimal":
                return exact(text, self.length)
            case "month":
                return func.substr(text, literal_column("1"), literal_column(str(self.length)), type_=String())
            case _:
                return text


TIME: Final = Type("time", 27)
DAY: Final = Type("day", 10)
MONTH: Final = Type("month", 7)
INTEGER: Final = Type("integer")
BOOLEAN: Final = Type("boolean")
MONEY: Final = Type("decimal", 2)
PERCENT: Final = Type("decimal", 4)
ID: Final = Type("text", 64)
CODE: Final = Type("text", 48)
LABEL: Final = Type("text", 200)
