"""What a person takes along: what they gave, of their own rows, in a form that another database takes in again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from frictionless import Package
from tests.integration.engine.small_stores import SmallStore, who

from habeas.delivery.cell_escaping import unescape_formula
from habeas.flows.access import AccessOutcome
from habeas.flows.port import port
from habeas.program.selection import Intent, Selection

JANE = who("email=jane@example.com")
SCHEMA = """
create table users (id integer primary key, email text not null, name text);
create table contacts (id integer primary key, email text not null, "full ""name" text, born date, height numeric(6,2),
  happy boolean, photo BLOB, risk integer, profile JSON, about JSON);
create table orders (id integer primary key, contact_id integer references contacts, wish text, price numeric(8,2));
create table lines (order_id integer references orders, place integer, wording varchar(40), primary key (order_id, place));
create table posts (id integer primary key, contact_id integer references contacts, user_id integer references users,
  body text);
create table shares (id integer primary key, contact_id integer references contacts, title text);
insert into users values (1, 'agent@example.com', 'Agent');
insert into contacts values (1, 'jane@example.com', 'Zoë "Z" O''Neil, 東京
second line', '1990-02-28', 170.50, true, BYTES, 7,
  '{"nick": "jj", "score": 3, "work": {"mail": "j@work.example", "rank": 1}}', '{"a": [1, null]}');
insert into contacts values (2, 'bob@example.com', null, null, null, null, null, 1, null, null);
insert into orders values (1, 1, '=1+1', 1.10), (2, 1, '', null), (3, 1, null, 0), (4, 2, 'Bob', 1);
insert into lines values (1, 1, 'Жанна'), (1, 2, 'שלום'), (2, 1, null), (4, 1, 'b');
insert into posts values (1, 1, null, 'mine'), (2, 1, 1, 'an answer'), (3, 2, null, 'of Bob');
insert into shares values (1, 1, 'seen')
"""
MAP = """
people: {contact: {table: contacts}, user: {table: users}}
tables:
  users: {columns: {email: {category: user.contact.email, identity: email, provided: true}, name: user.name}}
  contacts:
    columns:
      email: {category: user.contact.email, identity: email, provided: true}
      'full "name': {category: user.name, provided: true}
      born: {category: user.demographic.date_of_birth, provided: true}
      height: {category: user.health_and_medical, provided: true}
      happy: {category: user.behavior, provided: true}
      photo: {category: user.content.self_image, provided: true}
      risk: user.financial.credit_card
      profile:
        category: user.demographic.profile
        paths:
          $.nick: {category: user.account.username, provided: true}
          $.work.mail: {category: user.contact.email, provided: true}
      about: {category: user.content, provided: true}
  orders:
    edges: {contact_id: owned_by}
    columns: {wish: {category: user.content, provided: true}, price: {category: user.financial, provided: true}}
  lines: {edges: {order_id: owned_by}, columns: {wording: {category: user.content, provided: true}}}
  posts:
    edges: {contact_id: accessed_by, user_id: accessed_by, id: {to: orders.id, as: owned_by}}
    columns: {body: {category: user.content, provided: true}}
  shares: {edges: {contact_id: accessed_by}, columns: {title: {category: user.content, provided: true}}}
"""
TYPES = {"integer": "integer", "number": "numeric", "boolean": "boolean", "date": "date", "string": "text"}


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    postgresql = store.dialect == "postgresql"
    schema = SCHEMA.replace("BLOB", "bytea" if postgresql else "BLOB")
    schema = schema.replace("BYTES", "'\\x00ff10'" if postgresql else "x'00ff10'")
    return store.make(schema.replace("true", "true" if postgresql else "1"), MAP)


def ported(store: SmallStore, selection: Selection = JANE) -> AccessOutcome:
    with store.workspace() as workspace:
        return port(workspace, selection, store.folder / "jane.zip", overwrite=True, mask_others=False)


def resources(store: SmallStore) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    package = zipfile.ZipFile(store.folder / "jane.zip")
    return package, {r["name"]: r for r in json.loads(package.read("datapackage.json"))["resources"]}


def fields(resource: Any) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


def test_it_holds_what_the_person_gave(company: SmallStore) -> None:
    outcome = ported(company)
    assert outcome.status == "complete" and outcome.package is not None
    package, found = resources(company)
    assert list(found) == ["app.contacts", "app.orders", "app.lines", "app.posts"]
    assert "risk" not in fields(found["app.contacts"])
    assert fields(found["app.orders"]) == ["id", "contact_id", "wish", "price"]
    ((contact,)) = json.loads(package.read("json/app.contacts.json"))
    assert json.loads(contact["profile"]) == {"nick": "jj", "work": {"mail": "j@work.example"}}
    bodies = [row["body"] for row in json.loads(package.read("json/app.posts.json"))]
    assert bodies == ["mine", "an answer"], "a row with the person's own name on it is theirs, whoever else is named"
    plan = company.plan(JANE, Intent.PORT).plan
    assert [(line.table, line.rows) for line in plan.stores[0].lines] == [
        ("contacts", 1), ("orders", 3), ("lines", 3), ("posts", 2),
    ]  # fmt: skip


def test_what_another_person_wrote_is_theirs(company: SmallStore) -> None:
    company.run("update posts set contact_id = null where id = 2;\nupdate posts set contact_id = 2 where id = 1")
    ported(company)
    package, found = resources(company)
    assert "app.posts" not in found
    company.run(
        "insert into posts values (4, null, null, 'of nobody by name');\nupdate posts set id = 7 where id = 3;\n"
        "update posts set id = 3 where id = 4"
    )
    ported(company)
    package, found = resources(company)
    assert [row["body"] for row in json.loads(package.read("json/app.posts.json"))] == ["of nobody by name"]


def test_nothing_provided_makes_no_package(company: SmallStore) -> None:
    company.write_map(MAP.replace(", provided: true", ""))
    outcome = ported(company)
    assert (outcome.status, outcome.package) == ("nothing_found", None)
    assert [group.kind for group in outcome.groups] == ["contact"]
    assert not (company.folder / "jane.zip").exists()


def test_an_empty_database_takes_it_in_row_by_row(company: SmallStore) -> None:
    """Tables by the table schemas alone, rows from the JSON; then the same rows stand there as in the source."""
    ported(company)
    package, found = resources(company)
    quoted = {name: '"taken_' + name.removeprefix("app.") + '"' for name in found}
    for name, resource in found.items():
        columns = ", ".join(
            '"' + field["name"].replace('"', '""') + '" '
            + ("jsonb" if "content" in field["habeas"] and company.dialect == "postgresql"
               else field["habeas"]["type"] if "bytes" in field["habeas"] else TYPES[field["type"]])
            for field in resource["schema"]["fields"]
        )  # fmt: skip
        company.run(
            f"create table {quoted[name]} ({columns}, primary key ({', '.join(resource['schema']['primaryKey'])}))"
        )
        for row in json.loads(package.read(resource["habeas"]["json"]["path"])):
            values = []
            for field in resource["schema"]["fields"]:
                value = row[field["name"]]
                if value is None:
                    values.append("null")
                elif "bytes" in field["habeas"] and company.dialect == "sqlite":
                    values.append(f"x'{value}'")
                elif company.dialect == "sqlite" and field["type"] in ("boolean", "integer", "number"):
                    values.append(value)
                else:
                    values.append("'" + value.replace("'", "''") + "'")
            company.run(f"insert into {quoted[name]} values ({', '.join(values)})")
    own = {
        "app.contacts": ("contacts", "id = 1", "profile"),
        "app.orders": ("orders", "contact_id = 1", ""),
        "app.lines": ("lines", "order_id in (1, 2, 3)", ""),
        "app.posts": ("posts", "contact_id = 1", ""),
    }
    for name, (table, mine, cut) in own.items():
        listed = ", ".join('"' + f.replace('"', '""') + '"' for f in fields(found[name]) if f not in (cut, "about"))
        source = company.rows(f"select {listed} from {table} where {mine} order by 1, 2")
        assert company.rows(f"select {listed} from {quoted[name]} order by 1, 2") == source
        assert source, table
    about = company.rows("select about from taken_contacts")[0][0]
    assert (json.loads(about) if isinstance(about, str) else about) == {"a": [1, None]}


def test_the_csv_reads_as_the_table_schemas_say(company: SmallStore) -> None:
    ported(company)
    package, _ = resources(company)
    folder = company.folder / "unpacked"
    package.extractall(folder)
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    rows = list(csv.reader(io.StringIO(package.read("data/app.orders.csv").decode(), newline="")))[1:]
    assert [unescape_formula(row[2]) for row in rows] == ["=1+1", "", ""]
    assert rows[0][2] == "'=1+1", "a spreadsheet must not take it for a formula"
