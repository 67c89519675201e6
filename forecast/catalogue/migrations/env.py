"""Alembic's entry: migrate the connection that `forecast.catalogue.database` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from forecast.catalogue.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
