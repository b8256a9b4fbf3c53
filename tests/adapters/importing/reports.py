"""What the import of a table did: its counts, its rejects, and what the ledger then holds."""

from caseledger.adapters.importing import Fault, ImportReport
from caseledger.adapters.ledger import Ledger


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.rows == report.imported + report.unchanged + report.differing + report.rejected
    return report.imported, report.unchanged, report.differing, report.rejected


def only_reject(report: ImportReport) -> Fault:
    assert report.rejected == len(report.first_rejects) == 1
    return report.first_rejects[0]


def size(ledger: Ledger, *cases: str) -> int:
    return sum(len(story) for story in ledger.histories(cases).values())
