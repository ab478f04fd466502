"""Plans, runs, their stores and fingerprints, verifications and certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("intent", sa.String(20), nullable=False),
        sa.Column("map_digest", sa.String(64), nullable=False),
        sa.Column("schema_digests", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("as_of", sa.String(40), nullable=False),
        sa.Column("ceilings", sa.JSON(), nullable=False),
        sa.Column("selection_fingerprint", sa.String(80), nullable=False),
        sa.Column("sealed_selection", sa.LargeBinary()),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.CheckConstraint("state IN ('open', 'applied', 'withdrawn')", name=op.f("ck_plans_state")),
    )
    op.create_index("ix_plans_digest", "plans", ["digest"])
    op.create_index("ix_plans_selection_fingerprint", "plans", ["selection_fingerprint"])

    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("plan_id", sa.String(40)),
        sa.Column("intent", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("selection_fingerprint", sa.String(80), nullable=False),
        sa.Column("sealed_identities", sa.LargeBinary()),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("spool_parts", sa.Integer(), nullable=False),
        sa.Column("destroyed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_runs_plan_id"),
        sa.CheckConstraint(
            "state IN ('prepared', 'applying', 'applied', 'verified', 'incomplete', 'refused')",
            name=op.f("ck_runs_state"),
        ),
    )
    op.create_index("ix_runs_plan_id", "runs", ["plan_id"])
    op.create_index("ix_runs_selection_fingerprint", "runs", ["selection_fingerprint"])
    op.create_index("ix_runs_state_started_at", "runs", ["state", "started_at"])

    op.create_table(
        "run_fingerprints",
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "run_id", name="pk_run_fingerprints"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_fingerprints_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_run_fingerprints_run_id", "run_fingerprints", ["run_id"])

    op.create_table(
        "run_stores",
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("committed_at", INSTANT),
        sa.PrimaryKeyConstraint("run_id", "store", "chunk", name="pk_run_stores"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_stores_run_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('pending', 'committed', 'failed')", name=op.f("ck_run_stores_state")),
    )

    op.create_table(
        "verifications",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("remaining", sa.JSON(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_verifications_run_id", ondelete="CASCADE"),
        sa.CheckConstraint("state IN ('due', 'clean', 'remaining')", name=op.f("ck_verifications_state")),
    )
    op.create_index("ix_verifications_run_id", "verifications", ["run_id"])
    op.create_index("ix_verifications_state_due_at", "verifications", ["state", "due_at"])

    op.create_table(
        "certificates",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.String(12), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_certificates_run_id"),
        sa.UniqueConstraint("digest", name="uq_certificates_digest"),
    )
    op.create_index("ix_certificates_run_id", "certificates", ["run_id"])

    op.create_table(
        "watched_fingerprints",
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(200)),
        sa.Column("customer", sa.Text()),
        sa.PrimaryKeyConstraint("fingerprint", "run_id", "store", "chunk", name="pk_watched_fingerprints"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_watched_fingerprints_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_watched_fingerprints_run_id", "watched_fingerprints", ["run_id"])

    op.create_table(
        "reappearances",
        sa.Column("fingerprint", sa.String(80), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("table_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "run_id", "store", "table_name", name="pk_reappearances"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_reappearances_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_reappearances_run_id", "reappearances", ["run_id"])

    op.create_table(
        "watched_stores",
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("streamed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_watched_stores"),
    )

    op.create_table(
        "batches",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(80)),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("results_bytes", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_fingerprint", "batches", ["fingerprint"])
