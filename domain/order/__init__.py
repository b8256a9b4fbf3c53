"""Service order: work a customer asks for at home, from the request to its end (rulebook 3)."""
