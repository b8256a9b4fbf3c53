"""Import of another system's history (CSV, Excel, XES), by a declarative mapping and through the real commands."""

from .files import import_file, load_any
from .importer import import_table
from .loading import InvalidMapping, load_mapping, parse_mapping, shipped_mappings
from .log_importer import import_log
from .log_mapping import LogMapping, load_log_mapping, parse_log_mapping
from .mapping import Mapping
from .report import Difference, Fault, ImportReport
from .rows import UnreadableFile

__all__ = [
    "Difference",
    "Fault",
    "ImportReport",
    "InvalidMapping",
    "LogMapping",
    "Mapping",
    "UnreadableFile",
    "import_file",
    "import_log",
    "import_table",
    "load_any",
    "load_log_mapping",
    "load_mapping",
    "parse_log_mapping",
    "parse_mapping",
    "shipped_mappings",
]
