"""Mutation testing: what `scripts/mutate` is made of."""
