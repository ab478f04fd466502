"""Tables of the control database for plans, runs, their verification and certificates.

No personal data in the clear: identities are sealed with a key for each plan or run (`wrapped_key`), and
fingerprints are keyed. Emptying `wrapped_key` erases what it sealed.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from habeas.database.metadata import Instant, metadata

ID = 40
DIGEST = 64
FINGERPRINT = 80

plans = Table(
    "plans",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("digest", String(DIGEST), nullable=False, index=True),  # of the program: what approval binds to
    Column("intent", String(20), nullable=False),
    Column("map_digest", String(DIGEST), nullable=False),
    Column("schema_digests", JSON, nullable=False),  # [[store, digest]]
    Column("created_at", Instant, nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("ceilings", JSON, nullable=False),  # [[store, table, action, [column], rows]]
    Column("selection_fingerprint", String(FINGERPRINT), nullable=False, index=True),
    Column("sealed_selection", LargeBinary),
    Column("wrapped_key", LargeBinary),
    Column("state", String(12), nullable=False),
    CheckConstraint("state IN ('open', 'applied', 'withdrawn')", name="state"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("plan_id", ForeignKey("plans.id"), index=True),
    Column("intent", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("digest", String(DIGEST), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("persons", Integer, nullable=False),
    Column("selection_fingerprint", String(FINGERPRINT), nullable=False, index=True),
    Column("sealed_identities", LargeBinary),
    Column("wrapped_key", LargeBinary),
    Column("spool_parts", Integer, nullable=False),  # how many spool files are whole
    Column("destroyed_at", Instant),
    CheckConstraint("state IN ('prepared', 'applying', 'applied', 'verified', 'incomplete', 'refused')", name="state"),
    Index("ix_runs_state_started_at", "state", "started_at"),
)

# A table, not a list in `runs`: a request must find the run of a person among batches of many thousands.
run_fingerprints = Table(
    "run_fingerprints",
    metadata,
    Column("fingerprint", String(FINGERPRINT), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
)

run_stores = Table(
    "run_stores",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("store", String(200), primary_key=True),
    Column("chunk", Integer, primary_key=True),  # from 0
    Column("state", String(12), nullable=False),
    Column("counts", JSON, nullable=False),  # plan lines, with the rows that were changed
    Column("committed_at", Instant),
    CheckConstraint("state IN ('pending', 'committed', 'failed')", name="state"),
)

verifications = Table(
    "verifications",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("state", String(12), nullable=False),
    Column("method", Text, nullable=False),
    Column("remaining", JSON, nullable=False),  # [[store, table, rows]]
    Column("mentions", JSON, nullable=False),  # [[store, table, column, rows]]
    CheckConstraint("state IN ('due', 'clean', 'remaining')", name="state"),
    Index("ix_verifications_state_due_at", "state", "due_at"),
)

certificates = Table(
    "certificates",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("digest", String(DIGEST), nullable=False, unique=True),
    Column("key", String(12), nullable=False),  # the signing key
    Column("status", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
)

# Who would be recognised if they came back: of every identity that a store held of a run's people and that named nobody
# else. A row of people counts if it is of the kind and the Customer that the run meant (NULL: of any).
watched_fingerprints = Table(
    "watched_fingerprints",
    metadata,
    Column("fingerprint", String(FINGERPRINT), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("store", String(200), primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("kind", String(200)),
    Column("customer", Text),
)

# Who did: seen by the last stream over the store's people.
reappearances = Table(
    "reappearances",
    metadata,
    Column("fingerprint", String(FINGERPRINT), primary_key=True),
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("store", String(200), primary_key=True),
    Column("table_name", String(200), primary_key=True),
    Column("kind", String(200), nullable=False),
    Column("rows", Integer, nullable=False),  # each row counts for the first of its fingerprints: others have 0
    Column("seen_at", Instant, nullable=False),  # first
)

watched_stores = Table(
    "watched_stores",
    metadata,
    Column("store", String(200), primary_key=True),
    Column("streamed_at", Instant, nullable=False),  # last
)

# How far a list of people is, so that the same list goes on where it broke off. The list itself is nowhere of ours.
batches = Table(
    "batches",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("fingerprint", String(FINGERPRINT), index=True),  # of the list and the options; NULL: it can't be read twice
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("line", Integer, nullable=False),  # the last line of the list that is done
    Column("results_bytes", BigInteger, nullable=False),  # how much of the results' file counts
    Column("counts", JSON, nullable=False),  # {status: people}
)
