"""What the import of a log did: its counts, and what the ledger then holds."""

from caseledger.adapters.importing import ImportReport
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing.logs import CASE, MAPPING

WITH_IDS = MAPPING.replace('ignore = ["Wait"]', 'event = "id"\nignore = ["Wait"]')


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    found = (report.imported, report.unchanged, report.differing, report.rejected, report.ignored)
    assert report.rows == sum(found)
    return found


def names(ledger: Ledger, case: str = CASE) -> list[str]:
    return [record.name for record in ledger.histories([case])[case]]
