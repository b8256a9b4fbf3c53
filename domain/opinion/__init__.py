"""Opinion: a customer's inquiry, suggestion, complaint or praise, from acceptance to its end (rulebook 2)."""
