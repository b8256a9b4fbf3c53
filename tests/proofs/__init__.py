"""Proofs of the store: killed writers, killed servers, many writers at once, and the store beside a model of it."""
