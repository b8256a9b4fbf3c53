"""Import of another system's history from CSV, by a declarative mapping and through the real commands."""

from .importer import import_csv
from .loading import InvalidMapping, load_mapping, parse_mapping, shipped_mappings
from .mapping import Mapping
from .report import Difference, Fault, ImportReport
from .rows import UnreadableFile

__all__ = [
    "Difference",
    "Fault",
    "ImportReport",
    "InvalidMapping",
    "Mapping",
    "UnreadableFile",
    "import_csv",
    "load_mapping",
    "parse_mapping",
    "shipped_mappings",
]
