"""The connector's rules and rounds, against a stub of the marketplace's wire."""
