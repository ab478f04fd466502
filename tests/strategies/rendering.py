"""A company of the oracle as SQL text for SQLite and PostgreSQL, and its map as the files a person would write."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tests.oracle.company import Column, Company, DeclaredKey, Rows, Table

STORE = "app"
URL_VARIABLE = "APP_DATABASE_URL"
TYPES = {
    "sqlite": {
        "integer": "INTEGER",
        "number": "REAL",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "datetime": "DATETIME",
        "time": "TIME",
        "text": "TEXT",
    },
    "postgresql": {
        "integer": "bigint",
        "number": "double precision",
        "boolean": "boolean",
        "date": "date",
        "datetime": "timestamp",
        "time": "time",
        "text": "text",
    },
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def column_sql(column: Column, dialect: str) -> str:
    type_ = f"varchar({column.length})" if column.length else TYPES[dialect][column.type]
    generated = f" GENERATED ALWAYS AS ({column.generated}) STORED" if column.generated else ""
    return f"{quoted(column.name)} {type_}{'' if column.nullable else ' NOT NULL'}{generated}"


def key_sql(key: DeclaredKey) -> str:
    actions = f" ON DELETE {key.on_delete} ON UPDATE {key.on_update}"
    return (
        f"FOREIGN KEY ({listed(key.columns)}) REFERENCES {quoted(key.target)} ({listed(key.target_columns)}){actions}"
    )


def create_table(table: Table, dialect: str) -> str:
    """CREATE TABLE; on SQLite with its foreign keys, which PostgreSQL gets once the rows are in (`add_keys`)."""
    parts = [column_sql(c, dialect) for c in table.columns]
    if table.key:
        parts.append(f"PRIMARY KEY ({listed(table.key)})")
    parts += [f"UNIQUE ({listed(unique)})" for unique in table.uniques]
    if dialect == "sqlite":
        parts += [key_sql(key) for key in table.keys]
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})"


def add_keys(company: Company) -> Iterator[str]:
    """Foreign keys, each as a statement of its own: tables may refer to each other in a ring."""
    for table in company.tables.values():
        for key in table.keys:
            yield f"ALTER TABLE {quoted(table.name)} ADD {key_sql(key)}"


def inserts(company: Company, rows: Rows) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """INSERT statements with `?` for each value, and the rows' values."""
    for name, table in company.tables.items():
        written = [c for c in table.columns if not c.generated]
        if rows.get(name):
            names = ", ".join(quoted(c.name) for c in written)
            marks = ", ".join("?" for _ in written)
            yield (
                f"INSERT INTO {quoted(name)} ({names}) VALUES ({marks})",
                [tuple(row[c.name] for c in written) for row in rows[name]],
            )


def in_text(value: Any, column: Column) -> str | None:
    """A value in one form for both databases, so that what was read can be compared with what was expected."""
    if value is None:
        return None
    if column.type == "boolean":
        return str(int(bool(value)))
    if column.type == "number":
        return repr(float(value))
    if column.type == "datetime":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.isoformat(" ", "seconds")
    if column.type == "date":
        return value.isoformat()[:10] if isinstance(value, date) else str(value)
    return str(value)


def map_text(company: Company, short: bool = False) -> str:
    """The store's file. `short` writes the short forms wherever there is one."""
    tables = {name: deepcopy(dict(entry or {})) for name, entry in company.map.get("tables", {}).items()}
    if short:
        for name, entry in tables.items():
            shorten(company, name, entry)
    document: dict[str, Any] = {"version": 1, "store": STORE, "url": f"${{{URL_VARIABLE}}}"}
    for section in ("customers", "people"):
        if company.map.get(section):
            document[section] = deepcopy(company.map[section])
    return in_yaml({**document, "tables": tables})


def shorten(company: Company, table: str, entry: dict[str, Any]) -> None:
    """`email: user.contact.email` for a lone category, and edges without what the schema says already."""
    for column, said in (entry.get("columns") or {}).items():
        if isinstance(said, Mapping) and set(said) == {"category"}:
            entry["columns"][column] = said["category"]
    declared = {(k.columns, f"{k.target}.{k.target_columns[0]}") for k in company.tables[table].keys}
    for name, edge in (entry.get("edges") or {}).items():
        if "pair" in edge:
            continue
        if edge.get("columns") == [name]:
            del edge["columns"]
        if ((name,), edge.get("to")) in declared and "columns" not in edge:
            del edge["to"]
            if set(edge) == {"as"}:
                entry["edges"][name] = edge["as"]


def policy_text(company: Company) -> str:
    """`habeas.yaml`."""
    return in_yaml(
        {
            "version": 1,
            "organization": "Example GmbH",
            "contact": "privacy@example.com",
            **deepcopy(dict(company.policy)),
            "stores": [f"{STORE}.yaml"],
        }
    )


def in_yaml(document: dict[str, Any]) -> str:
    writer = YAML()
    writer.allow_unicode = True
    out = io.StringIO()
    writer.dump(document, out)
    return out.getvalue()


def write_map(company: Company, folder: Path, short: bool = False) -> Path:
    """Write both files into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "habeas.yaml").write_text(policy_text(company), encoding="utf-8")
    (folder / f"{STORE}.yaml").write_text(map_text(company, short), encoding="utf-8")
    return folder
