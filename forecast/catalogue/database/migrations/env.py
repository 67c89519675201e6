"""Alembic's entry: migrate, inside its transaction, the connection that `database.transactions` hands over."""

from __future__ import annotations

from alembic import context

from forecast.catalogue.database.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
