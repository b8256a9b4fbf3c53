"""A property company that never was, and its days, drawn from one seed.

What happens comes out as commands with the moment at which each happens and the moment at which it is entered; whoever
records them sets the ledger's clock to the second. The same seed gives the same commands. No person behind it is real.
"""
