"""The outside of the ledger: event store, keys, clock, calendar, import, command line."""
