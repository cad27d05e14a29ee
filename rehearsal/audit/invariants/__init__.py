"""The invariants that hold in every world (docs/invariants.md), each a watcher that sees what happens and objects."""
