"""What Alembic runs: the migrations, on the connection that `connector.adapters.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from connector.adapters.sql.tables import Money, Utc, metadata


def _spell(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Spell the connector's own types by what they are kept as: a step of history must not change with our code."""
    if kind == "type" and isinstance(thing, Money):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(thing, Utc):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_spell,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
