"""What a database's error means and what to do about it, without a value, a URL or a password.

Drivers put values into their messages (`Key (email)=(jane@…) already exists`), so that a message is never passed on:
a finding is made from the error's code, and from names of tables, columns and constraints.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from types import TracebackType

import sqlalchemy as sa

from habeas.diagnostics import Finding, Refused, error

_AGAIN = "Nothing of this transaction has changed. Run the same command again."


class database_errors:  # noqa: N801 - a context manager, read as `with database_errors(store):`
    """Inside, an error of the database becomes Refused with a finding that holds no personal data.

    The driver's exception is cut off altogether (no cause, no context): it bears values and statements.
    """

    def __init__(self, store: str) -> None:
        self._store = store

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, found: BaseException | None, _: TracebackType | None) -> None:
        if not isinstance(found, Exception) or not is_database_error(found):
            return
        try:
            raise Refused(describe_failure(found, self._store)) from None
        except Refused as refused:
            refused.__context__ = None
            raise


def is_database_error(failure: Exception) -> bool:
    """Whether it comes from SQLAlchemy or a driver, or is a value that a driver can't send."""
    if isinstance(failure, sa.exc.SQLAlchemyError | sqlite3.Error | UnicodeEncodeError | OverflowError):
        return True
    psycopg = sys.modules.get("psycopg")  # not imported for SQLite's sake
    return psycopg is not None and isinstance(failure, psycopg.Error)


def describe_failure(failure: Exception, store: str = "") -> Finding:
    """The finding for a database's error: `store-…`, `lock-timeout`, `constraint-violation` and so on.

    `failure` is SQLAlchemy's exception or the driver's own; `store` is the store's name in the map, for the summary.
    """
    original = failure.orig if isinstance(failure, sa.exc.DBAPIError) and failure.orig is not None else failure
    where = f"the store {store}" if store else "the store"
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(original, where)
    if isinstance(original, UnicodeEncodeError | OverflowError):
        return _unsuitable(where)
    if isinstance(original, sa.exc.SQLAlchemyError):
        return _unexplained(where, type(original).__name__)
    return _from_postgresql(original, where)


def _unreachable(where: str, why: str) -> Finding:
    return error(
        "store-unreachable",
        f"The database of {where} can't be reached: {why}.",
        "Nothing was read or changed. Check that the server runs, and host, port and network in the URL.",
    )


def _refused_login(where: str, why: str) -> Finding:
    return error(
        "store-login-refused",
        f"The database of {where} refuses the login: {why}.",
        "The URL isn't shown here, since it holds the password. Characters such as @ : / in a password are written"
        " %40 %3A %2F in a URL.",
    )


def _no_database(where: str) -> Finding:
    detail = "The server answers and knows the role, but has no database of the name in the URL."
    return error("store-missing", f"The database that {where} names does not exist.", detail)


def _read_only(where: str) -> Finding:
    return error(
        "store-read-only",
        f"{where[0].upper()}{where[1:]} can only be read, and this would change it.",
        "It is a replica, a read-only file or a role whose transactions are read-only. Give the URL of the primary,"
        " or make the file writable. Plan and access work where only changes are forbidden; a standby of PostgreSQL"
        " doesn't take the temporary tables that they need.",
    )


def _lock_timeout(where: str) -> Finding:
    return error(
        "lock-timeout",
        f"Another transaction holds rows or the whole of {where} for longer than this run may wait.",
        f"{_AGAIN} If it stays so, look for what holds the lock (PostgreSQL: pg_stat_activity), or wait longer.",
        "limits: {lock_timeout_ms: 30000}      # in habeas.yaml",
    )


def _statement_timeout(where: str) -> Finding:
    return error(
        "statement-timeout",
        f"A statement in {where} took longer than it may, and was ended.",
        "Nothing of this transaction has changed. `habeas check` names the indexes that are missing; a large table may"
        " need more time.",
        "limits: {statement_timeout_ms: 3600000}      # in habeas.yaml",
    )


def _permission(where: str, name: str) -> Finding:
    rights = "USAGE" if name.startswith("schema ") else "SELECT, UPDATE, DELETE"
    grant = f"GRANT {rights} ON {name} TO the_role_of_the_url;" if name else ""
    what = f" on {name}" if name else ""
    return error(
        "permission-denied",
        f"The role of {where} lacks a privilege{what}.",
        "What a role can't see is never found, and what it can't change is never erased, so the run ends here.",
        grant,
    )


def _row_security(where: str) -> Finding:
    return error(
        "row-security",
        f"Row-level security would hide rows of {where} from this role.",
        "A filtered read finds nothing, and would be reported as nothing there. Use a role that sees every row.",
        "ALTER ROLE the_role_of_the_url BYPASSRLS;",
    )


def _full(where: str) -> Finding:
    return error("store-full", f"The disk under {where} is full.", f"Make room there. {_AGAIN}")


def _deadlock(where: str) -> Finding:
    return error("store-conflict", f"A transaction of the application got in the way in {where}.", _AGAIN)


def _constraint(where: str, kind: str, name: str) -> Finding:
    what = f" ({name})" if name else ""
    return error(
        "constraint-violation",
        f"A {kind} of {where} refuses the change{what}.",
        "Nothing of this transaction has changed. A mask must satisfy the column's constraints: give the column a"
        " `mask` that does; or, if a reference is in the way, map it as an edge. `habeas check` shows both.",
    )


def _lost(where: str) -> Finding:
    return error(
        "store-connection-lost",
        f"The connection to {where} broke off.",
        "Whether the last transaction was committed is in the store's ledger: run the same command again, it goes on"
        " from there.",
    )


def _unsuitable(where: str) -> Finding:
    return error(
        "unsuitable-value",
        f"A value can't stand in the column of {where} that it is compared with or written to.",
        "It has another type, is too long or too large, or holds NUL or half a character. The value isn't shown here.",
    )


def _changed_schema(where: str, message: str) -> Finding:
    return error(
        "schema-changed",
        f"{where[0].upper()}{where[1:]} has not what the statement names: {message}.",
        "The schema has changed since it was read. `habeas check` says what is new.",
    )


def _unexplained(where: str, code: str) -> Finding:
    return error(
        "database-error",
        f"The database of {where} reports {code}.",
        "Its message isn't shown, since it may hold values; the database's own log has it. Nothing of this"
        " transaction has changed.",
    )


_CONSTRAINTS = {
    "23502": "NOT NULL constraint",
    "23503": "foreign key",
    "23505": "unique constraint",
    "23514": "CHECK constraint",
    "23P01": "exclusion constraint",
}


def _from_postgresql(failure: BaseException, where: str) -> Finding:
    code = getattr(failure, "sqlstate", None)
    if not code:
        return _from_message(failure, where)
    diagnosis = getattr(failure, "diag", None)
    names = [getattr(diagnosis, f"{part}_name", None) for part in ("schema", "table", "column", "constraint")]
    named = ".".join(name for name in names if name)
    message = str(getattr(diagnosis, "message_primary", None) or "")
    match code[:2], code:
        case _, "28P01" | "28000":
            return _refused_login(where, "wrong password, or the role may not come in from here")
        case _, "3D000":
            return _no_database(where)
        case _, "25006":
            return _read_only(where)
        case _, "55P03":
            return _lock_timeout(where)
        case _, "57014":
            return _statement_timeout(where)
        case _, "42501":
            # with row_security off the server refuses what a policy would filter, under the same code
            return _row_security(where) if "row-level security" in message else _permission(where, _object(message))
        case _, "53100":
            return _full(where)
        case _, "53300":
            return _unreachable(where, "it has no connection left")
        case ("40", _) | (_, "55006"):
            return _deadlock(where)
        case ("08", _) | (_, "57P01" | "57P02" | "57P03" | "57P05"):
            return _lost(where)
        case "23", _:
            return _constraint(where, _CONSTRAINTS.get(code, "constraint"), named)
        case "22", _:
            return _unsuitable(where)
        case _, "42P01" | "42703" | "3F000" | "42883" | "42704":
            return _changed_schema(where, message)
        case ("P0", _) | (_, "27000"):  # what a trigger's own code raises
            return _constraint(where, "trigger", "")
    return _unexplained(where, f"{type(failure).__name__} (SQLSTATE {code})")


def _object(message: str) -> str:
    """The name in `permission denied for table contacts`; that of a schema with the word before it."""
    found = re.search(r"for (?:table|view|relation|(schema)|sequence|materialized view) (\S+)$", message)
    return " ".join(filter(None, found.groups())) if found else ""


def _from_message(failure: BaseException, where: str) -> Finding:
    """Without a code: the connection was never made, or broke. libpq gives only text, and it names hosts and roles."""
    text = str(failure)
    for pattern, finding in (
        (r"password authentication failed|no password supplied", _refused_login(where, "the password is wrong")),
        (
            r"no pg_hba\.conf entry|role .* does not exist|not permitted to log in",
            _refused_login(where, "the server does not let this role in from here"),
        ),
        (r"database .* does not exist", _no_database(where)),
        (r"connection slots|too many (?:clients|connections)", _unreachable(where, "it has no connection left")),
        (r"starting up|shutting down|in recovery mode", _unreachable(where, "it is just starting or stopping")),
        (r"timeout expired|timed out", _unreachable(where, "it does not answer in time")),
        (r"resolve host|translate host|not known|No address", _unreachable(where, "its host name is unknown")),
        (r"[Cc]onnection refused|No such file", _unreachable(where, "nothing listens at that host and port")),
        (r"SSL|certificate", _unreachable(where, "the encrypted connection fails (sslmode, certificates)")),
        (r"NUL", _unsuitable(where)),
        (r"closed the connection|connection is lost|connection is closed|terminating connection", _lost(where)),
    ):
        if re.search(pattern, text):
            return finding
    if re.search(r"connection failed|connection to server", text):
        return _unreachable(where, "the server does not let us in")
    return _unexplained(where, type(failure).__name__)


_SQLITE_CONSTRAINTS = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique constraint",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "primary key",
    "SQLITE_CONSTRAINT_ROWID": "primary key",
    "SQLITE_CONSTRAINT_NOTNULL": "NOT NULL constraint",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign key",
    "SQLITE_CONSTRAINT_CHECK": "CHECK constraint",
    "SQLITE_CONSTRAINT_DATATYPE": "column type",
    "SQLITE_CONSTRAINT_TRIGGER": "trigger",
}


def _from_sqlite(failure: sqlite3.Error, where: str) -> Finding:
    code = str(getattr(failure, "sqlite_errorname", "") or "")
    message = str(failure)
    if code.startswith("SQLITE_CONSTRAINT"):
        # `UNIQUE constraint failed: contacts.email`: names alone; a trigger's own message may hold anything
        found = re.fullmatch(r"(?:UNIQUE|NOT NULL) constraint failed: (.+)", message)
        return _constraint(where, _SQLITE_CONSTRAINTS.get(code, "constraint"), found[1] if found else "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _lock_timeout(where)
    if code.startswith("SQLITE_READONLY"):
        return _read_only(where)
    if code.startswith("SQLITE_CANTOPEN"):
        return _unreachable(where, "the file can't be opened (is it gone, or its folder closed to you?)")
    if code in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return _full(where)
    if code == "SQLITE_INTERRUPT":
        return _statement_timeout(where)
    if code in ("SQLITE_PERM", "SQLITE_AUTH"):
        return _permission(where, "")
    if code == "SQLITE_NOTADB":
        return _unreachable(where, "the file is no SQLite database, or is encrypted")
    if code.startswith("SQLITE_CORRUPT"):
        return _unreachable(where, "the file is damaged (PRAGMA integrity_check says where)")
    if code in ("SQLITE_TOOBIG", "SQLITE_MISMATCH"):
        return _unsuitable(where)
    missing = re.fullmatch(r"no such (?:table|column|collation sequence|module): [^\n]+", message)
    if missing and code == "SQLITE_ERROR":
        return _changed_schema(where, message)
    return _unexplained(where, code or type(failure).__name__)
