"""The bench: what is measured, against whom, and how it is shown. Run it by `scripts/bench`."""
