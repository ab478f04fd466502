"""What a mask writes: nothing of anybody, something the column takes, and something unique where it must be."""

from __future__ import annotations

from tests.integration.engine.small_stores import SmallStore, only, who

SECRET = ("jane@example.com", "Jane", "4711", "1980-05-17", "Main Street")


def test_every_type_that_must_hold_something(store: SmallStore) -> None:
    postgresql = store.dialect == "postgresql"
    kinds = {
        "mood": "mood not null" if postgresql else "text not null",
        "born": "date not null",
        "seen": "timestamp not null",
        "wakes": "time not null",
        "profile": "jsonb not null" if postgresql else "json not null",
        "active": "boolean not null",
        "height": "numeric(5,2) not null",
        "points": "integer not null",
        "short": "varchar(4) not null",
        "device": "uuid not null" if postgresql else "text not null",
        "photo": "bytea not null" if postgresql else "blob not null",
        "tags": "text[] not null" if postgresql else "text not null",
        "street": "text",
    }
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    mood = "create type mood as enum ('fine', 'sad');\n" if postgresql else ""
    photo, tags = ("'\\x00ff'", "'{a,b}'") if postgresql else ("x'00ff'", "'a'")
    row = (
        f"'sad', '1980-05-17', '2026-01-02 03:04:05', '06:30', '{{\"a\": \"Jane\"}}', true, 170.5, 4711, 'Jane', "
        f"'11111111-1111-4111-8111-111111111111', {photo}, {tags}, 'Main Street'"
    )
    store.make(
        f"""
        {mood}create table contacts (id integer primary key, email text not null, {columns});
        create table ballots (id integer primary key, contact_id integer not null references contacts);
        insert into contacts values (1, 'jane@example.com', {row}), (2, 'bob@example.com', {row});
        insert into ballots values (1, 1)
        """,
        """
        people: {{contact: {{table: contacts}}}}
        tables:
          contacts:
            columns: {{email: {{category: user.contact.email, identity: email}}, {}}}
          ballots: {{not_personal: counted votes}}
        """.format(", ".join(f"{name}: user.demographic" for name in kinds)),
    )
    untouched = store.rows("select * from contacts where id = 2")
    masked = only(store.erased(who("email=jane@example.com")), "contacts")
    assert masked.action == "mask" and set(masked.columns) == {"email", *kinds}
    ((after,),) = [store.rows("select * from contacts where id = 1")]
    assert not any(secret in repr(after) for secret in SECRET)
    values = dict(zip(("id", "email", *kinds), after, strict=True))
    text = {name: str(value) for name, value in values.items()}
    assert text["born"] == "1970-01-01" and text["seen"] == "1970-01-01 00:00:00" and text["wakes"] == "00:00:00"
    assert text["profile"] == "{}" and not values["active"] and float(values["height"]) == 0 and values["points"] == 0
    assert text["short"] == "eras" and values["street"] is None
    assert text["mood"] == ("fine" if postgresql else "erased")
    assert values["tags"] == ([] if postgresql else "erased") and values["photo"] in (b"", "erased")
    assert store.rows("select * from contacts where id = 2") == untouched


def test_unique_columns_stay_unique(store: SmallStore) -> None:
    """Many rows of one person, with unique columns of several types, and one in a key with others."""
    store.make(
        """
        create table contacts (id integer primary key, email text not null);
        create table cards (id integer primary key, contact_id integer not null references contacts,
          label varchar(12) not null unique, number bigint not null unique, small integer not null unique,
          kind text not null, holder text not null, pin text not null, unique (kind, holder));
        insert into contacts values (1, 'jane@example.com'), (2, 'bob@example.com');
        """
        + "".join(
            f"insert into cards values ({n}, {1 if n < 60 else 2}, 'card {n}', {n}, {n}, 'gold', 'Jane {n}', '0000');\n"
            for n in range(70)
        ),
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          cards:
            on_erase: mask
            edges: {contact_id: {to: contacts, as: owned_by}}
            columns:
              label: user.financial
              number: user.financial
              small: user.financial
              holder: user.name
              pin: user.account
        """,
    )
    store.erased(who("email=jane@example.com"))
    after = store.rows("select label, number, small, holder, pin, kind from cards where contact_id = 1")
    assert len(after) == 60 and {(pin, kind) for *_, pin, kind in after} == {("erased", "gold")}
    for place in range(4):
        assert len({row[place] for row in after}) == 60
    assert all(len(label) <= 12 for label, *_ in after) and all(number < 0 for _, number, *_ in after)
    assert store.rows("select label, holder from cards where id = 65") == [("card 65", "Jane 65")]


def test_the_word_of_the_map_wins(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text, city text, score integer, note text);
        insert into contacts values (1, 'jane@example.com', 'Berlin', 9, 'x'), (2, 'bob@example.com', 'Paris', 8, 'y')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email, mask: token}
              city: {category: user.contact.address.city, mask: {constant: "it's unknown; --"}}
              score: {category: user.behavior, mask: {constant: -1}}
              note: {category: user.content, mask: null}
        """,
    )
    store.erased(who("email=jane@example.com"))
    ((email, city, score, note),) = store.rows("select email, city, score, note from contacts where id = 1")
    assert email.startswith("erased-") and (city, score, note) == ("it's unknown; --", -1, None)


def test_one_token_for_all_copies_of_a_row(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text not null unique, login text not null unique);
        insert into contacts values (1, 'jane@example.com', 'jane'), (2, 'bob@example.com', 'bob')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              login: user.account.username
        """,
    )
    store.erased(who("email=jane@example.com"))
    ((email, login),) = store.rows("select email, login from contacts where id = 1")
    assert email == login and email.startswith("erased-") and len(email) == len("erased-") + 16


def test_a_mask_that_a_check_refuses_changes_nothing(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text not null check (email like '%@%'), name text);
        create table votes (id integer primary key, contact_id integer not null references contacts);
        insert into contacts values (1, 'jane@example.com', 'Jane');
        insert into votes values (1, 1)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
          votes: {not_personal: counted}
        """,
    )
    assert "mask" in store.refuses(who("email=jane@example.com"), "mask-breaks-check")
    map_ = (store.maps / "app.yaml").read_text()
    (store.maps / "app.yaml").write_text(map_.replace("identity: email}", "identity: email, mask: email}"))
    store.erased(who("email=jane@example.com"))
    assert store.value("select email from contacts").endswith("@example.com")


def test_a_check_over_several_columns_looks_at_the_rows_that_would_be_masked(store: SmallStore) -> None:
    store.make(
        """
        create table "Con tacts" (
            id integer primary key, email text, phone text, kind text not null, code integer not null,
            constraint reachable check (email is not null or phone is not null or kind = '100% bot'),
            check (code > -5 or kind <> 'x')
        );
        insert into "Con tacts" values
            (1, 'jane@example.com', '+491', 'person', 1), (2, 'bot@example.com', '+492', '100% bot', 2)
        """,
        """
        people: {contact: {table: Con tacts}}
        tables:
          Con tacts:
            on_erase: mask
            columns:
              email: {category: user.contact.email, identity: email}
              phone: user.contact.phone_number
              code: {category: user.unique_id, mask: token}
        """,
    )
    said = store.refuses(who("email=jane@example.com"), "mask-breaks-check")
    assert "reachable" in said and "jane" not in said
    store.erased(who("email=bot@example.com"))
    assert store.rows('select email, phone from "Con tacts" where id = 2') == [(None, None)]


def test_a_mask_that_cant_be_written(store: SmallStore) -> None:
    schema = """
    create table contacts (email text primary key, name text);
    create table votes (id integer primary key, email text not null references contacts);
    insert into contacts values ('jane@example.com', 'Jane');
    insert into votes values (1, 'jane@example.com')
    """
    store.make(
        schema,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
          votes: {not_personal: counted}
        """,
    )
    store.refuses(who("email=jane@example.com"), "personal-key")


def test_a_value_that_others_refer_to_isnt_masked_under_them(store: SmallStore) -> None:
    store.make(
        """
        create table contacts (id integer primary key, email text not null unique, name text);
        create table votes (id integer primary key, email text not null references contacts (email));
        insert into contacts values (1, 'jane@example.com', 'Jane');
        insert into votes values (1, 'jane@example.com')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
          votes: {not_personal: counted}
        """,
    )
    store.refuses(who("email=jane@example.com"), "mask-breaks-reference")
