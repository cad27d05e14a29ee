"""Every place where the connector's process may end: found, tried one after the other, and judged (D44)."""
