"""Decisions carried to the marketplace: each exactly once, or to an error that a person can see.

An attempt is written down before it is made, so one that ends without an outcome (or with our own death) is known as
such. What ended without an outcome is looked up before anything is sent again; the same idempotency key travels on
every attempt, and where only the key can name what a lost attempt has made, sending again is how to ask. Refunds of
the same units go one after the other. One attempt per call: the next one is a stored time.

    prepare   wait for one's turn, fill in what only the marketplace knows, write down that an attempt begins
    deliver   make the attempt, and keep what it has brought
    settle    look up what became of an attempt
    fail      the next attempt, or the error that a person sees

All four work on a `run` (the shop, its token, the instant) and ask the marketplace for its own account of a decision.
"""
