"""The history of the connector's schema, shipped with it and run by `connector migrate`."""
