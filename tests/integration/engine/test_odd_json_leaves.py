"""Leaves of a JSON column: masked in place, hidden, and identities by which people are found and looked for again."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, person, who

from habeas.flows.check import check
from habeas.program.selection import Selection

JANE = who("email=jane@example.com")
DOCUMENT = {
    "theme": "dark",
    "score": "DIGITS",
    "work": {"mail": " Jane@Work.example", "since": 2019, "title": None},
    "phones": [{"number": "+49 30 1", "kind": "home"}, {"kind": "none"}, {"number": "+49 30 2"}],
    "aka": ["Janey", "JD"],
    "quoted name": "Jane O'Hara",
}
DIGITS = "1234567890.123456789012345"
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts:
    on_erase: mask
    columns:
      email: {category: user.contact.email, identity: email}
      data:
        paths:
          $.theme: system
          $.work.mail: {category: user.contact.email, identity: email, mask: null}
          $.work.title: user.job_title
          $.work.since: {category: user.job_title, mask: {constant: 1970}}
          "$.phones[*].number": {category: user.contact.phone_number, mask: token}
          "$.aka[*]": user.name
          '$."quoted name"': user.name
          $.nowhere.at.all: user.name
"""


def kind(store: SmallStore) -> str:
    return "jsonb" if store.dialect == "postgresql" else "json"


def schema(store: SmallStore, kind: str, *documents: str) -> str:
    rows = "".join(
        f"insert into contacts values ({n}, 'jane{n if n > 1 else ''}@example.com', {document});\n"
        for n, document in enumerate(documents, 1)
    )
    return f"create table contacts (id integer primary key, email text, data {kind});\n{rows}"


def quoted(document: Any) -> str:
    text = json.dumps(document).replace('"DIGITS"', DIGITS)  # more than a float holds
    return "'" + text.replace("'", "''") + "'"


def document(store: SmallStore, number: int) -> Any:
    value = store.value(f"select data from contacts where id = {number}")
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("type_name", ["jsonb", "json", "text"])
def test_leaves_are_masked_where_they_stand(store: SmallStore, type_name: str) -> None:
    if type_name == "jsonb" and store.dialect == "sqlite":
        type_name = "varchar(4000)"
    said = MAP
    if type_name == "text" and store.dialect == "postgresql":
        said = MAP.replace(", identity: email, mask: null}\n          $.work.title", "}\n          $.work.title")
    store.make(schema(store, type_name, quoted(DOCUMENT), quoted(DOCUMENT)), said)
    before = store.value("select cast(data as text) from contacts where id = 2")
    store.erased(JANE)
    after = document(store, 1)
    first, none, second = after.pop("phones")
    assert after == {
        "theme": "dark",
        "score": float(DIGITS),
        "work": {"mail": None, "since": 1970, "title": None},
        "aka": [None, None],
        "quoted name": None,
    }
    assert first["number"].startswith("erased-") and first["kind"] == "home" and none == {"kind": "none"}
    assert second == {"number": first["number"]}, "a row has one token"
    assert store.value("select cast(data as text) from contacts where id = 2") == before
    text = store.value("select cast(data as text) from contacts where id = 1")
    assert DIGITS in text, "numbers keep every digit"
    assert not any(said in text for said in ("Jane", "Work", "+49", "JD"))


def test_what_has_no_leaf_stays_as_it_is(store: SmallStore) -> None:
    shapes = ["null", "'null'", "'[]'", "'{}'", "'\"just text\"'", '\'{"work": "Acme"}\'', '\'[{"aka": "x"}]\'']
    if store.dialect == "sqlite":
        shapes.append("'not { json'")
    store.make(schema(store, kind(store), *shapes), MAP)
    before = store.rows("select id, cast(data as text) from contacts order by id")
    for number in range(1, len(shapes) + 1):
        store.erased(who(f"email=jane{number if number > 1 else ''}@example.com"))
    after = store.rows("select id, cast(data as text) from contacts order by id")
    assert [row for row in after if row[0] != 7] == [row for row in before if row[0] != 7]
    assert document(store, 7) == [{"aka": None}], "a list on the way is gone through, whether it is written or not"


def test_a_leaf_that_names_a_person_finds_and_is_looked_for(store: SmallStore) -> None:
    other = {**DOCUMENT, "work": {"mail": "bob@work.example"}}
    store.make(schema(store, kind(store), quoted(DOCUMENT), quoted(other)), MAP)
    by_leaf = who("email=JANE@work.example")
    assert lines(store.plan(by_leaf)) == [("contacts", "mask", 1)]
    outcome = store.erased(by_leaf)
    assert document(store, 1)["work"]["mail"] is None and document(store, 2)["work"]["mail"] == "bob@work.example"
    assert store.verify(outcome.certificate).status == "complete"
    store.run(f"update contacts set data = {quoted(DOCUMENT)} where id = 1")
    assert store.verify(outcome.certificate).status == "incomplete"
    assert not store.files_with("jane@work.example")


def test_who_comes_back_with_the_same_leaf_is_told(store: SmallStore) -> None:
    store.make(schema(store, kind(store), quoted(DOCUMENT)), MAP)
    store.erased(who("email=jane@work.example"))
    assert store.watch(timedelta(days=8)) == []
    store.run(f"insert into contacts values (9, null, {quoted(DOCUMENT)})")
    assert len(store.watch(timedelta(days=1))) == 1


def test_a_leaf_alone_may_name_the_people_of_a_table(store: SmallStore) -> None:
    """By one value, and by many at once: a batch goes through a table of values."""
    body = ", ".join(f'({n}, \'{{"login": {{"name": "user{n}"}}}}\')' for n in range(60))
    store.make(
        f"create table accounts (id integer primary key, profile {kind(store)});\ninsert into accounts values {body}",
        """
        people: {user: {table: accounts}}
        tables:
          accounts:
            columns:
              profile:
                paths:
                  $.login.name: {category: user.account.username, identity: app.customer_no}
        """,
    )
    store.erased(who("app.customer_no=user7"))
    store.erased(Selection(subjects=tuple(person(f"app.customer_no=user{n}") for n in range(20, 50))))
    left = [n for (n,) in store.rows("select id from accounts order by id")]
    assert left == [n for n in range(60) if n != 7 and not 20 <= n < 50]


def test_check_proposes_the_index_by_which_a_leaf_is_found(store: SmallStore) -> None:
    store.make(schema(store, kind(store), quoted(DOCUMENT)), MAP)

    def missing() -> list[str]:
        with store.workspace() as workspace:
            return [f.fix for f in check(workspace) if f.code == "missing-match-index" and "data" in f.summary]

    (made,) = missing()
    store.run(made.replace("CONCURRENTLY ", "").rstrip(";"))
    assert missing() == []


def test_a_hidden_column_hides_its_leaves_and_an_owned_one_shows_them(store: SmallStore) -> None:
    store.make(
        f"""
        create table contacts (id integer primary key, email text);
        create table notes (id integer primary key, contact_id integer references contacts, data {kind(store)});
        insert into contacts values (1, 'jane@example.com');
        insert into notes values (1, 1, '{{"mail": "secret@example.com"}}')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          notes:
            edges: {contact_id: {as: accessed_by, on_access: {hide: [data]}}}
            columns: {data: {paths: {$.mail: user.contact.email}}}
        """,
    )

    def given() -> str:
        assert store.access(JANE).status == "complete"
        with zipfile.ZipFile(store.folder / "copy.zip") as package:
            return "".join(package.read(n).decode() for n in package.namelist() if n.endswith((".csv", ".json")))

    assert "secret@example.com" not in given()
    text = (store.maps / "app.yaml").read_text()
    (store.maps / "app.yaml").write_text(text.replace(", on_access: {hide: [data]}", ""))
    assert "secret@example.com" in given()


def test_leaves_of_shared_and_kept_rows_are_masked_where_the_map_says_so(store: SmallStore) -> None:
    store.make(
        f"""
        create table contacts (id integer primary key, email text);
        create table orders (id integer primary key, contact_id integer references contacts, placed date,
          data {kind(store)});
        create table talks (id integer primary key, a integer references contacts, b integer references contacts,
          data {kind(store)});
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        insert into orders values (1, 1, '2026-01-01', '{{"name": "Jane", "sum": 3}}');
        insert into talks values (1, 1, 2, '{{"a": "Jane", "b": "Bob"}}')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          orders:
            edges: {contact_id: owned_by}
            on_erase: {keep: {ground: accounting, after: placed, mask: [data]}}
            columns: {data: {paths: {$.name: user.name, $.sum: system}}}
          talks:
            edges:
              a: {to: contacts.id, as: owned_by, on_erase: {mask: [data]}}
              b: {to: contacts.id, as: owned_by}
            columns: {data: {paths: {$.a: user.name}}}
        """,
    )
    store.erased(JANE)
    texts = [str(store.value(f"select cast(data as text) from {table}")) for table in ("orders", "talks")]
    assert [json.loads(text) for text in texts] == [{"name": None, "sum": 3}, {"a": None, "b": "Bob"}]


@pytest.mark.parametrize(
    "path", ["$", "work.mail", "$.phones[0].number", "$..mail", "$.*", "$.a[?(@.b)]", "$.a..b", "$."]
)
def test_paths_that_nobody_could_follow_are_refused(store: SmallStore, path: str) -> None:
    store.make(
        schema(store, kind(store), quoted(DOCUMENT)),
        f"""
        people: {{contact: {{table: contacts}}}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {{category: user.contact.email, identity: email}}
              data: {{paths: {{'{path}': user.name}}}}
        """,
    )
    assert "$." in store.refuses(JANE, "bad-path")


def test_an_identity_in_a_list_or_in_plain_text_is_refused(store: SmallStore) -> None:
    said = """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            columns:
              email: {category: user.contact.email, identity: email}
              data: {paths: {"$.mails[*]": {category: user.contact.email, identity: email}}}
    """
    store.make(schema(store, kind(store), quoted(DOCUMENT)), said)
    assert "list" in store.refuses(JANE, "identity-in-list")
    store.write_map(said.replace("$.mails[*]", "$.mail").replace("data:", "id:"))
    store.refuses(JANE, "paths-without-json")
    if store.dialect == "postgresql":
        store.run("alter table contacts alter column data type text")
        store.write_map(said.replace("$.mails[*]", "$.mail"))
        assert "jsonb" in store.refuses(JANE, "identity-type")


def test_a_mask_that_no_leaf_can_hold_is_refused(store: SmallStore) -> None:
    store.make(
        schema(store, kind(store), quoted(DOCUMENT)),
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              data: {paths: {$.work.mail: {category: user.contact.email, mask: hash}}}
        """,
    )
    store.refuses(JANE, "mask-not-built")


def test_json_in_bytes_is_no_text_to_rewrite(sqlite_store: SmallStore) -> None:
    sqlite_store.make(schema(sqlite_store, "json", "x'7b7d'"), MAP)
    assert "binary" in sqlite_store.refuses(JANE, "json-in-bytes")
