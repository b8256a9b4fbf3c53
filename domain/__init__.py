"""What is true and what is allowed: events, states, commands and decisions. Pure; no clock, no chance, no I/O."""
