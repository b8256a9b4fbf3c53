"""The stories of the domain's tests: they are the test kit's, which is public."""

from caseledger.adapters.testing.builders import CENTER, SHANGHAI, W08, Anything, at, do
from caseledger.adapters.testing.story import Story, given, happened, home

__all__ = ["CENTER", "SHANGHAI", "W08", "Anything", "Story", "at", "do", "given", "happened", "home"]
