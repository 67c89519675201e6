"""Fits that were asked for, forecasts that were published, files that users keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables; seeds may need 64 bits, which an integer of SQLite has as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("posteriors", "seed", type_=sa.BigInteger())
    _make_fits()
    _make_records()
    _make_kept_files()


def _make_fits() -> None:
    op.create_table(
        "fits",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=True),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(200), nullable=False),
        sa.Column("chains", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_fits"),
        sa.UniqueConstraint("name", name="uq_fits_name"),
        sa.UniqueConstraint("request_id", name="uq_fits_request_id"),
    )
    op.create_index("ix_fits_state", "fits", ["state"])


def _make_records() -> None:
    op.create_table(
        "records",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=True),
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(32), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("posterior", sa.String(64), nullable=False),
        sa.Column("posterior_sha256", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("published_by", sa.String(64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["previous"], ["records.name"], name="fk_records_previous_records"),
        sa.PrimaryKeyConstraint("number", name="pk_records"),
        sa.UniqueConstraint("name", name="uq_records_name"),
        sa.UniqueConstraint("request_id", name="uq_records_request_id"),
    )
    op.create_index("ix_records_series", "records", ["series"])
    op.create_index("ix_records_posterior", "records", ["posterior"])


def _make_kept_files() -> None:
    op.create_table(
        "kept_files",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_kept_files"),
    )
    op.create_index("ix_kept_files_kind_name", "kept_files", ["kind", "name"])


def downgrade() -> None:
    """Remove the three tables; wide seeds can stay."""
    for table in ("kept_files", "records", "fits"):
        op.drop_table(table)
