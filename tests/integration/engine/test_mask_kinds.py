"""Each kind of mask, over whatever values people have: types hold, what should be valid is, and nothing of the value is left."""

from __future__ import annotations

import re
import uuid
from typing import Any

import phonenumbers
import pytest
import sqlalchemy as sa
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.engine.small_stores import SmallStore, person, who
from tests.strategies.profiles import POSTGRESQL_EXAMPLES, looking_at

from habeas.program.selection import Selection

SCHEMA = """
create table contacts (
    id integer primary key, email varchar(30) not null unique, phone varchar(20) unique, login text not null unique,
    code varchar(16), uid uuid, note text not null, born date, seen timestamp, ip text, host {inet}, city text not null
);
create table letters (id integer primary key, contact_id integer references contacts, login text, phone text, born date, mail text)
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts:
    on_erase: mask
    columns:
      id: {category: system.operations, identity: app.customer_no}
      email: {category: user.contact.email, mask: email, copies: [letters.mail]}
      phone: {category: user.contact.phone_number, mask: phone, copies: [letters.phone]}
      login: {category: user.account.username, mask: hash, copies: [letters.login]}
      code: {category: user.unique_id, mask: hash}
      uid: {category: user.unique_id, mask: hash}
      note: {category: user.content, mask: redact}
      born: {category: user.demographic.date_of_birth, mask: {keep: year}, copies: [letters.born]}
      seen: {category: user.behavior, mask: {keep: year}}
      ip: {category: user.device.ip_address, mask: {keep: network}}
      host: {category: user.device.ip_address, mask: {keep: network}}
      city: {category: user.contact.address.city, mask: {constant: somewhere}}
  letters:
    edges: {contact_id: accessed_by}
    columns:
      login: user.account.username
      phone: user.contact.phone_number
      mail: user.contact.email
      born: user.demographic.date_of_birth
"""
COLUMNS = ("email", "phone", "login", "code", "uid", "note", "born", "seen", "ip", "host", "city")

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
addresses = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "email": texts.filter(str.strip),
            "phone": st.none() | st.from_regex(r"\+[1-9][0-9]{6,12}", fullmatch=True),
            "login": texts.filter(str.strip),
            "code": st.none() | texts,
            "uid": st.none() | st.uuids().map(str),
            "note": texts,
            "born": st.none() | st.dates(min_value=__import__("datetime").date(1000, 1, 1)).map(str),
            "seen": st.none() | st.datetimes(min_value=__import__("datetime").datetime(1000, 1, 1)).map(str),
            "ip": st.none() | addresses | texts,
            "host": st.none() | addresses,
            "city": texts,
        }
    ),
    min_size=1,
    max_size=5,
    unique_by=(lambda row: row["email"], lambda row: row["phone"] or object(), lambda row: row["login"]),
)


@pytest.fixture
def filled(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA.format(inet="inet" if store.dialect == "postgresql" else "text"), MAP)


def fill(store: SmallStore, people: list[dict[str, Any]]) -> None:
    marks = ", ".join(
        f"CAST(:{c} AS {cast})" if (cast := CASTS.get(c)) and store.dialect == "postgresql" else f":{c}"
        for c in COLUMNS
    )
    with store.engine.begin() as connection:
        connection.execute(sa.text("delete from letters"))
        connection.execute(sa.text("delete from contacts"))
        given_rows = [{"id": number, **row} for number, row in enumerate(people, 1)]
        connection.execute(
            sa.text(f"insert into contacts (id, {', '.join(COLUMNS)}) values (:id, {marks})"), given_rows
        )
        connection.execute(
            sa.text("insert into letters select id, null, login, phone, born, email from contacts"),
        )


CASTS = {"uid": "uuid", "born": "date", "seen": "timestamp", "host": "inet"}


def everybody(people: list[dict[str, Any]]) -> Selection:
    return Selection(subjects=tuple(person(f"app.customer_no={i}") for i in range(1, len(people) + 1)))


def contents(store: SmallStore) -> list[dict[str, Any]]:
    chosen = ", ".join(COLUMNS if store.dialect == "sqlite" else (f"CAST({c} AS text)" for c in COLUMNS))
    return [dict(zip(COLUMNS, row, strict=True)) for row in store.rows(f"select {chosen} from contacts order by id")]


@looking_at(POSTGRESQL_EXAMPLES, share=0.4)
@given(people=rows)
def test_masks(filled: SmallStore, people: list[dict[str, Any]]) -> None:
    fill(filled, people)
    before = contents(filled)
    filled.erased(everybody(people))
    after = contents(filled)
    for old, new in zip(before, after, strict=True):
        assert validate_email(new["email"], check_deliverability=False).domain == "example.com"
        number = phonenumbers.parse(new["phone"])
        assert phonenumbers.is_valid_number(number) and new["phone"] != old["phone"]
        assert re.fullmatch("[0-9a-f]{64}", new["login"])
        assert (new["code"] is None) == (old["code"] is None) and (
            not new["code"] or re.fullmatch("[0-9a-f]{16}", new["code"])
        )
        assert (new["uid"] is None) == (old["uid"] is None) and (
            not new["uid"] or uuid.UUID(new["uid"]) != uuid.UUID(old["uid"])
        )
        assert len(new["note"]) == len(old["note"]) and not re.search(r"[^\W_x]", new["note"])
        assert (new["born"] or "")[:4] == (old["born"] or "")[:4] and (new["born"] or "-01-01").endswith("-01-01")
        assert (new["seen"] or "")[:4] == (old["seen"] or "")[:4] and (new["seen"] or "").endswith(
            "-01-01 00:00:00"[: len(new["seen"] or "")]
        )
        for column in ("ip", "host"):
            assert_network(old[column], new[column])
        assert new["city"] == "somewhere"
    for column in ("email", "phone", "login"):
        assert len({row[column] for row in after}) == len(after), "unique stays unique"
    same = "c.login = l.login and c.phone = l.phone and c.email = l.mail and (c.born = l.born or c.born is null)"
    with_phone = sum(row["phone"] is not None for row in before)
    assert filled.value(f"select count(*) from contacts c join letters l on c.id = l.id and {same}") == with_phone
    filled.erased(everybody(people))
    again = contents(filled)
    steady = ("note", "born", "seen", "ip", "host", "city")
    assert [[row[c] for c in steady] for row in again] == [[row[c] for c in steady] for row in after], "once is enough"


def assert_network(old: str | None, new: str | None) -> None:
    """An address became its network's; what was none is gone."""
    import ipaddress

    try:
        address = ipaddress.ip_address((old or "").split("/")[0])
    except ValueError:
        assert new is None
        return
    if address.version == 6 and address.ipv4_mapped is not None and new is None:
        return  # written with dots: taken for no address
    assert new is not None
    network = ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False)
    assert ipaddress.ip_address(new.split("/")[0]) == network.network_address


def test_a_keyed_hash_is_the_same_each_time_and_needs_the_key(filled: SmallStore) -> None:
    """Equal values give equal hashes, so that what was one person stays one; nobody makes them without the key."""
    import hashlib

    people = [dict.fromkeys(COLUMNS) | {"email": "a@x", "login": "jané", "note": "", "city": "", "code": "jané"}]
    fill(filled, people)
    filled.erased(everybody(people))
    (first,) = contents(filled)
    assert first["code"] == first["login"][:16]
    assert first["login"] != hashlib.sha256("jané".encode()).hexdigest()
    fill(filled, people)
    filled.erased(everybody(people))
    assert contents(filled)[0]["login"] == first["login"]


def test_the_key_of_hashes_stands_in_no_statement(filled: SmallStore) -> None:
    from habeas.sealing.keys import open_keys

    people = [dict.fromkeys(COLUMNS) | {"email": "a@x", "login": "jane", "note": "", "city": ""}]
    fill(filled, people)
    said: list[str] = []
    watch = sa.event.listens_for(sa.Engine, "before_cursor_execute")

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append(f"{statement} {parameters!r}")

    watch(listen)
    try:
        filled.erased(who("app.customer_no=1"))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    with filled.workspace() as workspace:
        keys = open_keys(workspace.state_folder, workspace.environment, create=False)
    key = keys.master.derive("masks")
    inner = bytes(b ^ 0x36 for b in key)
    assert said
    for statement in said:
        assert all(form not in statement for form in (key.hex(), inner.hex(), repr(key)[2:-1], repr(inner)[2:-1]))


@pytest.mark.parametrize(
    ("column", "mask", "code"),
    [
        ("note varchar(10) not null", "email", "mask-type"),
        ("note integer", "phone", "mask-type"),
        ("note varchar(15)", "hash", "mask-type"),
        ("note integer", "redact", "mask-type"),
        ("note text unique", "redact", "mask-not-unique"),
        ("note date unique", "{keep: year}", "mask-not-unique"),
        ("note integer", "{keep: year}", "mask-type"),
        ("note boolean", "{keep: network}", "mask-type"),
        ("note varchar(2) not null unique", "token", "mask-too-narrow"),
    ],
)
def test_a_mask_that_cant_be_held_is_refused_with_a_way_out(
    store: SmallStore, column: str, mask: str, code: str
) -> None:
    store.make(
        f"create table contacts (id integer primary key, email text, {column});\n"
        "insert into contacts (id, email) values (1, 'jane@example.com')"
        if "not null" not in column
        else f"create table contacts (id integer primary key, email text, {column});\n"
        "insert into contacts values (1, 'jane@example.com', 'ab')",
        f"""
        people: {{contact: {{table: contacts}}}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {{category: user.contact.email, identity: email}}
              note: {{category: user.content, mask: {mask}}}
        """,
    )
    said = store.refuses(who("email=jane@example.com"), code)
    assert "mask:" in said or "ALTER TABLE" in said


def test_a_unique_column_too_narrow_for_random_values_is_refused_before_anything_changes(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, seat smallint not null unique, tag char(2) not null unique);
        insert into contacts values (1, 'jane@example.com', 4, 'ab')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              seat: user.unique_id
              tag: {category: user.unique_id, mask: null}
        """,
    )
    said = store.refuses(who("email=jane@example.com"), "mask-null")
    store.write_map(
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              seat: user.unique_id
        """
    )
    said = store.refuses(who("email=jane@example.com"), "mask-too-narrow")
    assert "DROP NOT NULL" in said and "smallint" in said
