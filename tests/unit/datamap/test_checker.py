"""The map held against a schema: each disagreement has its code, place and corrected text."""

from dataclasses import replace

import pytest

from habeas.catalog.tables import (
    Catalog,
    Column,
    ForeignKey,
    Index,
    Table,
    TableKind,
    Trigger,
    TypeFamily,
    Unique,
)
from habeas.datamap.checker import check_store
from habeas.datamap.reader import read_company
from habeas.diagnostics import Severity

POLICY = """\
version: 1
organization: Acme
contact: privacy@acme.example
grounds: {accounting: {for: 7 years}}
identity_types: {app.user_no: exact}
stores: [app.yaml]
"""
STORE = """\
version: 1
store: app
url: sqlite:///app.db
customers: {table: accounts, ends_at: closed_at}
people:
  contact: {table: contacts, controller: customer, changed_at: changed_at}
tables:
  contacts:
    customer: account_id
    columns:
      email: {category: user.contact.email, identity: email}
      name: user.name
  notes:
    customer: {via: contact_id}
    edges:
      contact_id: owned_by
    columns:
      body: user.content
"""
INT, TEXT, WHEN = TypeFamily.INTEGER, TypeFamily.TEXT, TypeFamily.DATETIME


def table(ref, *columns, **more):
    """Columns are `name` (bigint), `name:family` and a trailing `!` for NOT NULL."""
    made = []
    for text in columns:
        name, _, family = text.rstrip("!").partition(":")
        kind = TypeFamily(family or "integer")
        made.append(Column(name, kind.value, kind, nullable=not text.endswith("!")))
    more = {"primary_key": ("id",) if any(c.name == "id" for c in made) else (), **more}
    schema, _, name = ref.rpartition(".")
    return Table(ref, schema or "public", name, columns=tuple(made), **more)


def key(columns, target, **more):
    return ForeignKey(None, tuple(columns.split()), target, ("id",), **more)


ACCOUNTS = table("accounts", "id!", "closed_at:datetime")
CONTACTS = table(
    "contacts",
    "id!",
    "account_id!",
    "email:text",
    "name:text!",
    "changed_at:datetime",
    foreign_keys=(key("account_id", "accounts"),),
    indexes=(Index("m", (), expressions=("lower((email)::text)",)), Index("a", ("account_id",))),
)
NOTES = table(
    "notes",
    "id!",
    "contact_id!",
    "body:text",
    foreign_keys=(key("contact_id", "contacts"),),
    indexes=(Index("i", ("contact_id",)),),
)


def looks_personal(ref, column):
    return {"birth_date": "user.demographic.date_of_birth", "phone": "user.contact.phone_number"}.get(column.name)


def match_expression(dialect, column, rule, keys=()):
    return f"lower({column})"


@pytest.fixture
def check(tmp_path):
    def run(store=STORE, *tables, policy=POLICY, dialect="postgresql", enforced=True):
        (tmp_path / "habeas.yaml").write_text(policy)
        (tmp_path / "app.yaml").write_text(store)
        reading = read_company(tmp_path)
        assert reading.company is not None, reading.findings
        world = {t.ref: t for t in (ACCOUNTS, CONTACTS, NOTES)}
        world.update((t.ref, t) for t in tables)
        catalog = Catalog(dialect, "public", world, foreign_keys_enforced=enforced)
        parts = (reading.company.policy, reading.positions, looks_personal, match_expression)
        return check_store(reading.company.stores["app"], catalog, *parts)

    return run


def codes(findings):
    return [f.code for f in findings]


def more(text):
    """STORE and further entries; the first line of the text is line 20."""
    return STORE + "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


def one(findings, code):
    assert code in codes(findings), [(f.code, f.summary) for f in findings]
    found = next(f for f in findings if f.code == code)
    assert found.summary and found.detail and found.position is not None
    return found


def test_a_map_that_fits_has_no_finding(check):
    assert check() == []


def test_drift_of_tables_and_columns(check):
    found = check(
        STORE.replace("      name: user.name", "      nane: user.name").replace("  notes:", "  note:"),
        replace(CONTACTS, columns=(*CONTACTS.columns, Column("birth_date", "date", TypeFamily.DATE))),
    )
    unmapped = one(found, "unmapped-column")
    assert unmapped.summary == "app.contacts.birth_date looks like date of birth and has no category"
    assert "birth_date: user.demographic.date_of_birth" in unmapped.fix and unmapped.position.line == 10
    assert unmapped.tables == ("contacts",)
    unknown = one(found, "unknown-column")
    assert (unknown.position.line, unknown.fix) == (12, "name")
    table_gone = one(found, "unknown-table")
    assert (table_gone.position.line, table_gone.fix) == (13, "notes:")
    new = one(found, "unmapped-table")
    assert (
        "notes: {customer: {via: contact_id}, edges: {contact_id: owned_by}}" in new.fix
        and new.severity is Severity.ERROR
    )


def test_new_tables_are_told_by_what_they_hold(check):
    found = check(
        STORE, table("plans", "id!", "price"), table("calls", "id!", "phone:text"), table("habeas_ledger", "id!")
    )
    fixes = {f.tables: f.fix for f in found}
    assert set(codes(found)) == {"unmapped-table"} and set(fixes) == {("plans",), ("calls",)}
    assert "not_personal" in fixes["plans",] and "phone: user.contact.phone_number" in fixes["calls",]


def test_tables_of_nobody_are_left_alone(check):
    plans = table("plans", "phone:text", "x", privileges=frozenset(), triggers=(Trigger("t", "AFTER", ("DELETE",)),))
    assert check(more("plans: {not_personal: catalogue}"), plans) == []


def test_keys(check):
    entry = "{customer: {via: contact_id}, edges: {contact_id: owned_by}%s}"
    log = table("log", "contact_id!", "no!", "seen", indexes=(Index("i", ("contact_id",)),))
    missing = one(check(more(f"log: {entry % ''}"), log), "key-missing")
    assert missing.severity is Severity.ERROR and missing.fix == "key: [COLUMN, COLUMN]"
    unique = replace(log, uniques=(Unique("u", ("no",)),))
    assert one(check(more(f"log: {entry % ''}"), unique), "key-missing").fix == "key: [no]"
    assert check(more(f"log: {entry % ', key: no'}"), unique) == []
    unsafe = one(check(more(f"log: {entry % ', key: [no, seen]'}"), log), "key-not-enforced")
    assert "seen may be NULL" in unsafe.detail and "PRIMARY KEY (no, seen)" in unsafe.fix
    assert one(check(more(f"log: {entry % ', key: sen'}"), log), "unknown-column").fix == "seen"


def test_views(check):
    mat = table("recent", "id!", kind=TableKind.MATERIALIZED_VIEW, depends_on=("middle",))
    middle = table("middle", "id!", kind=TableKind.VIEW, depends_on=("notes",))
    found = check(STORE, mat, middle)
    assert codes(found) == ["view-not-derived"] * 2 and "outlive" in found[0].detail + found[1].detail
    assert "recent: {derived: notes}" in found[0].fix + found[1].fix
    assert check(more("recent: {derived: notes}\nmiddle: {derived: notes}"), mat, middle) == []
    harmless = table("prices", "id!", kind=TableKind.VIEW, depends_on=("accounts",))
    assert check(STORE, harmless) == []
    wrong = check(more("middle: {customer: {via: id}, edges: {id: {to: notes.id, as: owned_by}}}"), middle)
    assert one(wrong, "view-mapped-as-table").severity is Severity.ERROR


def test_foreign_tables(check):
    far = table("far", "id!", kind=TableKind.FOREIGN)
    assert one(check(STORE, far), "foreign-table").severity is Severity.WARNING
    entry = "far: {customer: {none: x}, edges: {id: {to: contacts.id, as: owned_by}}}"
    assert one(check(more(entry), far), "foreign-table").severity is Severity.ERROR
    assert check(more("far: {not_personal: elsewhere}"), far) == []


@pytest.mark.parametrize(
    ("column", "entry", "code"),
    [
        ("x:text!", "{category: user.name, mask: null}", "mask-null"),
        ("x:boolean", "{category: user.name, mask: token}", "mask-type"),
        ("x:integer", "{category: user.name, mask: {constant: none}}", "mask-type"),
        ("x:integer", "{identity: email}", "identity-type"),
        ("x:json", "{identity: app.user_no}", "identity-type"),
        ("x:text", "{category: user.name, statement: y}", "unknown-column"),
        ("x:text", "{category: user.name, statement: x}", "statement-column"),
        ("x:text", "{category: user.name, statement: id}", "statement-column"),
        ("x:text", "{category: user.name, copies: [notes.bdy]}", "unknown-column"),
        ("x:text", "{category: user.name, copies: [notes.id]}", "copy-left"),
        ("x:text", "{category: user.name, copies: [notes.body]}", None),
        ("x:text", "{category: user.name, copies: [contacts.x]}", "copy-chain"),
        ("x:text", "{category: user.name, mask: token, copies: [notes.body, contacts.x]}", "copy-chain"),
        ("x:integer", "{category: user.name, copies: [notes.body]}", "copy-type"),
        ("x:text", "{category: user.name, mask: token}", None),
        ("x:uuid", "{category: user.name, mask: token}", None),
        ("x:boolean", "{category: user.name, mask: {constant: false}}", None),
        ("x:date", "{category: user.name, mask: {constant: 1970-01-01}}", None),
        ("x:date", "{category: user.name, mask: {constant: never}}", "mask-type"),
    ],
)
def test_masks_and_identities_fit_the_type(check, column, entry, code):
    people = replace(CONTACTS, columns=CONTACTS.columns + table("t", column).columns)
    indexed = replace(people, indexes=(*people.indexes, Index("x", ("x",), expressions=())))
    found = check(STORE.replace("      name: user.name\n", f"      name: user.name\n      x: {entry}\n"), indexed)
    assert [c for c in codes(found) if not c.startswith("missing")] == ([code] if code else [])


def test_copies_that_cant_receive_a_value(check):
    """Each copy is refused where it can't be written to, with the reason."""
    people = replace(CONTACTS, columns=CONTACTS.columns + table("t", "x:text", "number").columns)
    notes = table(
        "notes",
        "id!",
        "contact_id!",
        "body:text",
        "made:text",
        "by_name:text",
        "owner:text",
        "kind:text",
        "short:text!",
        foreign_keys=(key("contact_id", "contacts"),),
        indexes=(Index("i", ("contact_id",)), Index("b", ("by_name",)), Index("o", ("owner",))),
    )
    notes = replace(notes, columns=tuple(replace(c, generated=c.name == "made") for c in notes.columns))
    wanted = {
        "made": "The database computes it",
        "by_name": "leads from it to another place",
        "owner": "owns or accesses",
        "kind": "leads to it",
        "short": "mask: token",
    }
    for name, why in wanted.items():
        entry = f"x: {{category: user.name, mask: null, copies: [notes.{name}]}}"
        store = (
            STORE.replace("      name: user.name\n", f"      name: user.name\n      {entry}\n")
            .replace("body: user.content\n", f"body: user.content\n      {name}: user.name\n")
            .replace(
                "contact_id: owned_by\n",
                "contact_id: owned_by\n      by_name: {to: contacts.name, as: lookup}\n"
                "      owner: {to: contacts.x, as: owns}\n      body: {to: notes.kind, as: lookup}\n",
            )
        )
        found = [f for f in check(store, people, notes) if f.code.startswith("copy-")]
        assert [why in f.detail for f in found] == [True], (name, found)
        assert all(f.position is not None and f.fix for f in found)
    bearing = STORE.replace(
        "body: user.content", "body: user.content\n      owner: {category: user.name, copies: [notes.short]}"
    )
    bearing = bearing.replace(
        "contact_id: owned_by\n", "contact_id: owned_by\n      owner: {to: contacts.x, as: lookup}\n"
    )
    bearing += "      short: user.name\n"
    assert "copy-chain" in codes(check(bearing, people, notes))


def test_masks_of_particular_columns(check):
    special = (
        Column("short", "varchar(4)", TEXT, length=4),
        Column("made", "text", TEXT, generated=True),
        Column("code", "text", TEXT),
    )
    people = replace(
        CONTACTS, columns=CONTACTS.columns + special, uniques=(Unique("u", ("code",)), Unique("s", ("short",)))
    )
    entries = (
        "      short: {category: user.name, mask: token}\n      made: {category: user.name, mask: token}\n"
        "      code: {category: user.name, mask: {constant: x}}\n"
    )
    found = check(STORE.replace("      name: user.name\n", f"      name: user.name\n{entries}"), people)
    assert codes(found) == ["mask-too-narrow", "mask-generated", "mask-not-unique"]


def test_a_personal_key_and_a_mask_contradict(check):
    store = STORE.replace("      body: user.content", "      id: user.unique_id\n    on_erase: mask")
    assert codes(check(store)) == ["personal-key"]


def test_customer_paths(check):
    gone = STORE.replace("    customer: account_id\n", "").replace("    customer: {via: contact_id}\n", "")
    fixes = [f.fix for f in check(gone) if f.code == "customer-path-missing"]
    assert fixes == ["customer: account_id", "customer: {none: why its rows belong to no Customer}"]
    over = STORE.replace("    customer: {via: contact_id}\n", "")
    assert one(check(over), "customer-path-missing").fix == "customer: {via: contact_id}"
    ends = STORE.replace("    customer: account_id\n", "")
    assert one(check(ends), "customer-path-ends").position.line == 13
    assert (
        one(check(STORE.replace("customer: account_id", "customer: acount_id")), "unknown-column").fix == "account_id"
    )
    single = STORE.replace("customers: {table: accounts, ends_at: closed_at}\n", "").replace(
        "controller: customer, ", ""
    )
    assert set(codes(check(single))) >= {"customers-missing"}


def test_customer_table(check):
    assert one(check(STORE.replace("table: accounts", "table: account")), "unknown-table").fix.endswith(
        "{table: accounts}"
    )
    assert one(check(STORE.replace("ends_at: closed_at", "ends_at: closd_at")), "unknown-column").fix == "closed_at"
    assert one(
        check(
            STORE.replace("ends_at: closed_at", "ends_at: name"),
            replace(ACCOUNTS, columns=(*ACCOUNTS.columns, Column("name", "text", TEXT))),
        ),
        "after-type",
    )
    assert one(check(STORE, replace(ACCOUNTS, primary_key=("id", "closed_at"))), "customer-key")


def test_customer_paths_in_a_circle(check):
    a = table("a", "id!", "b_id", "contact_id", indexes=(Index("i", ("b_id",)), Index("j", ("contact_id",))))
    b = table("b", "id!", "a_id", indexes=(Index("i", ("a_id",)),))
    text = """
a: {customer: {via: b_id}, edges: {b_id: {to: b, as: lookup}, contact_id: owned_by}}
b: {customer: {via: a_id}, edges: {a_id: {to: a, as: owned_by}}}
"""
    found = check(more(text), a, b)
    assert codes(found) == ["customer-path-circle"] * 2 and [f.position.line for f in found] == [19, 20]


def test_a_path_over_what_a_row_owns_is_cut_by_a_mask(check):
    a = table("a", "id!", "b_id", indexes=(Index("i", ("b_id",)),))
    b = table("b", "id!", "account_id", "note:text", indexes=(Index("i", ("account_id",)),))
    text = """
a: {customer: {via: b_id}, not_personal: x, edges: {b_id: {to: b, as: owns}}}
b: {customer: account_id, not_personal: x}
"""
    assert one(check(more(text), a, b), "customer-path-masked").severity is Severity.WARNING
    assert "customer-path-masked" not in codes(check(more(text.replace("owns", "lookup")), a, b))


EDGE = "calls: {customer: {none: x}, edges: {contact_id: owned_by, %s}}"
CALLS = table(
    "calls",
    "id!",
    "contact_id!",
    "kind:text",
    "who",
    "n:text",
    indexes=(Index("i", ("contact_id",)), Index("w", ("kind", "who"))),
)


@pytest.mark.parametrize(
    ("edge", "code", "fix"),
    [
        ("whoo: owned_by", "unknown-column", "who"),
        ("who: lookup", "edge-target-unknown", "who: {to:"),
        ("who: {to: contct, as: lookup}", "edge-target-unknown", "to: contacts"),
        ("who: {to: contct.id, as: lookup}", "edge-target-unknown", "to: contacts"),
        ("who: {to: contacts.idd, as: lookup}", "unknown-column", "to: contacts.id"),
        ('who: {to: "contacts(id, account_id)", as: lookup}', "edge-target-mismatch", "to: contacts(COLUMN)"),
        ("w: {columns: [who, kind], to: contacts, as: lookup}", "edge-target-mismatch", "COLUMN, COLUMN"),
        ("who: {to: keyless, as: lookup}", "edge-target-mismatch", "keyless.COLUMN"),
        ("n: {to: contacts.id, as: lookup}", "edge-type-mismatch", "to: contacts.COLUMN"),
        ("w: {pair: [kind, whoo], to: {Contact: lookup}}", "unknown-column", "who"),
        ("w: {pair: [kind, who], to: {Robot: lookup}}", "edge-target-unknown", "to:"),
        ("who: {to: contacts, as: lookup, placeholder: nobody}", "placeholder-type", "placeholder: 0"),
        ("n: {to: contacts.name, as: lookup, placeholder: 0}", None, ""),
        (
            "who: {to: contacts, as: accessed_by, on_access: {hide: [knd]}, columns: contact_id}",
            "unknown-column",
            "kind",
        ),
        (
            "who: {to: contacts, as: accessed_by, on_erase: {mask: [knd]}, columns: contact_id}",
            "unknown-column",
            "kind",
        ),
        ("who: {to: contacts, as: accesses, on_access: {hide: [nam]}}", "unknown-column", "name"),
        ("w: {pair: [kind, who], to: {Contact: owned_by}}", None, ""),
        ("who: {ask: Whose?}", None, ""),
    ],
)
def test_edges(check, edge, code, fix):
    found = check(more(EDGE % edge), CALLS, table("keyless", "x"))
    found = [f for f in found if f.tables != ("keyless",)]
    assert codes(found) == ([code] if code else [])
    assert not found or fix in found[0].fix


def test_type_values_of_an_enum(check):
    kinds = Column("kind", "sender", TypeFamily.ENUM, enum_values=("Contact", "User"))
    calls = replace(CALLS, columns=tuple(kinds if c.name == "kind" else c for c in CALLS.columns))
    found = check(more(EDGE % "w: {pair: [kind, who], to: {Contac: {to: contacts, as: owned_by}}}"), calls)
    assert codes(found) == ["unknown-type-value"] and found[0].fix == "Contact:"
    boolean = Column("kind", "boolean", TypeFamily.BOOLEAN)
    calls = replace(CALLS, columns=tuple(boolean if c.name == "kind" else c for c in CALLS.columns))
    assert codes(check(more(EDGE % "w: {pair: [kind, who], to: {Contact: owned_by}}"), calls)) == ["pair-type"]


def test_declared_keys_without_an_edge(check):
    found = check(
        STORE.replace("    edges:\n      contact_id: owned_by\n", "").replace("{via: contact_id}", "{none: x}")
    )
    assert "contact_id: {to: contacts, as: lookup}" in one(found, "key-without-edge").fix
    assert one(found, "unreached-table").fix.startswith("edges: {contact_id: {to: contacts, as: owned_by}}")


def test_tables_that_nobody_reaches(check):
    lookup = one(check(STORE.replace("contact_id: owned_by", "contact_id: lookup")), "unreached-table")
    assert lookup.position.line == 13 and lookup.fix == "contact_id: owned_by" and "gives no right" in lookup.detail
    asked = STORE.replace("contact_id: owned_by", "contact_id: {ask: Whose?}")
    assert codes(check(asked)) == []
    owns = STORE.replace("    edges:\n      contact_id: owned_by\n", "").replace("{via: contact_id}", "{none: x}")
    owns = owns.replace(
        "      name: user.name\n", "      name: user.name\n    edges: {account_id: {to: notes.id, as: owns}}\n"
    )
    assert "unreached-table" not in codes(check(owns))


KEEP = "    on_erase: {keep: {ground: accounting, after: %s, with: [%s], mask: [%s]}}\n"


@pytest.mark.parametrize(
    ("after", "along", "mask", "code"),
    [
        ("at", "", "", None),
        ("at", "", "body", None),
        ("maybe", "", "", "keep-without-date"),
        ("body", "", "", "after-type"),
        ("ta", "", "", "unknown-column"),
        ("at", "lines", "", None),
        ("at", "lines, parts", "", None),
        ("at", "parts", "", "keep-with-no-edge"),
        ("at", "contacts", "", "keep-with-no-edge"),
        ("at", "", "id", "mask-impossible"),
        ("at", "", "bdy", "unknown-column"),
    ],
)
def test_keeping(check, after, along, mask, code):
    lines = table("lines", "id!", "note_id!", indexes=(Index("i", ("note_id",)),))
    parts = table("parts", "id!", "line_id!", indexes=(Index("i", ("line_id",)),))
    notes = replace(
        NOTES, columns=(*NOTES.columns, Column("at", "date", WHEN, nullable=False), Column("maybe", "date", WHEN))
    )
    text = STORE + KEEP % (after, along, mask)
    text += "  lines: {customer: {via: note_id}, edges: {note_id: owned_by}}\n"
    text += "  parts: {customer: {via: line_id}, edges: {line_id: owned_by}}\n"
    assert codes(check(text, notes, lines, parts)) == ([code] if code else [])


def test_dates_in_sqlite_are_text(check):
    assert codes(check(STORE + KEEP % ("body", "", ""), dialect="sqlite")) == ["keep-without-date"]


def test_triggers(check):
    trigger = Trigger("audit_notes", "AFTER", ("DELETE", "UPDATE"))
    quiet = (Trigger("counted", "AFTER", ("INSERT",)), Trigger("off", "AFTER", ("DELETE",), enabled=False))
    notes = replace(NOTES, triggers=(trigger, *quiet))
    finding = one(check(STORE, notes), "trigger-unacknowledged")
    assert "triggers: {audit_notes: why it is harmless}" in finding.fix and finding.tables == ("notes",)
    assert check(STORE + "    triggers: {audit_notes: writes ids only}\n", notes) == []
    gone = check(STORE + "    triggers: {audit_notes: writes ids only, audit_note: old}\n", notes)
    assert codes(gone) == ["unknown-trigger"] and gone[0].severity is Severity.WARNING


def test_row_security_and_privileges(check):
    assert one(check(STORE, replace(NOTES, row_security=True, row_security_applies=True)), "row-security")
    assert check(STORE, replace(NOTES, row_security=True)) == []
    for missing, word in (({"SELECT"}, "found"), ({"UPDATE"}, "masked"), ({"DELETE"}, "erased")):
        finding = one(check(STORE, replace(NOTES, privileges=NOTES.privileges - missing)), "privilege-missing")
        assert finding.fix.startswith(f"GRANT {missing.pop()} ON notes") and word in finding.detail
    referring = table(
        "plans", "id!", "contact_id", foreign_keys=(key("contact_id", "contacts"),), privileges=frozenset({"SELECT"})
    )
    found = check(more("plans: {not_personal: catalogue}"), replace(referring, indexes=(Index("i", ("contact_id",)),)))
    assert codes(found) == ["privilege-missing"] and "GRANT UPDATE ON plans" in found[0].fix


def test_soft_deletes_are_told_once_for_a_table(check):
    columns = (*NOTES.columns, Column("deleted_at", "date", WHEN), Column("is_deleted", "boolean", TypeFamily.BOOLEAN))
    assert codes(check(STORE, replace(NOTES, columns=columns))) == ["soft-delete"]


def test_unenforced_keys(check):
    loose = replace(NOTES, foreign_keys=(replace(NOTES.foreign_keys[0], name="fk", enforced=False),))
    assert "VALIDATE CONSTRAINT fk" in one(check(STORE, loose), "unenforced-key").fix
    assert codes(check(STORE, loose, enforced=False)) == ["unenforced-keys"]


def test_missing_indexes_and_their_cost(check):
    bare = replace(NOTES, indexes=(), estimated_rows=3_000_000)
    finding = one(check(STORE, bare), "missing-index")
    assert finding.fix == "CREATE INDEX CONCURRENTLY notes_contact_id_idx ON notes (contact_id);"
    assert "about 255 ms" in finding.detail and finding.severity is Severity.WARNING
    assert codes(check(STORE, bare)) == ["missing-index"]
    small = one(check(STORE, replace(bare, estimated_rows=300_000), dialect="sqlite"), "missing-index")
    assert "about 26 ms" in small.detail and small.fix.startswith("CREATE INDEX notes_contact_id_idx")
    assert "3 million" in one(check(STORE, replace(bare, estimated_rows=None)), "missing-index").detail
    quoted = replace(bare, ref="Crm.Notes", schema="Crm", name="Notes")
    store = STORE.replace("  notes:", "  Crm.Notes:")
    assert 'ON "Crm"."Notes" (contact_id);' in one(check(store, quoted, NOTES), "missing-index").fix


@pytest.mark.parametrize(
    ("index", "covered"),
    [
        (Index("i", ("contact_id", "id")), True),
        (Index("i", ("id", "contact_id")), False),
        (Index("i", ("contact_id",), where="(contact_id IS NOT NULL)"), True),
        (Index("i", ("contact_id",), where="body = 'x'"), False),
        (Index("i", ("contact_id",), expressions=("lower(body)",)), False),
    ],
)
def test_which_indexes_serve(check, index, covered):
    found = check(STORE, replace(NOTES, indexes=(index,)))
    assert codes(found) == ([] if covered else ["missing-index"])


def test_pairs_want_type_and_key(check):
    bare = replace(CALLS, indexes=(Index("i", ("contact_id",)),))
    found = check(more(EDGE % "w: {pair: [kind, who], to: {Contact: owned_by}}"), bare)
    assert codes(found) == ["missing-index"] and "calls (kind, who);" in found[0].fix


def test_look_ups_want_an_index_of_what_is_compared(check):
    finding = one(check(STORE, replace(CONTACTS, indexes=(Index("e", ("email",)),))), "missing-match-index")
    assert finding.fix == "CREATE INDEX CONCURRENTLY contacts_email_match ON contacts ((lower(email)));"
    exact = STORE.replace("identity: email", "identity: app.user_no")
    assert codes(check(exact, replace(CONTACTS, indexes=()))) == ["missing-index"]
    join = "calls: {customer: {none: x}, edges: {n: {to: contacts.email, as: owned_by}}}"
    assert "ON calls ((lower(n)));" in one(check(more(join), CALLS), "missing-match-index").fix


def test_people_s_columns(check):
    assert (
        one(check(STORE.replace("changed_at: changed_at", "changed_at: changd_at")), "unknown-column").fix
        == "changed_at"
    )
    restrict = STORE.replace("changed_at: changed_at", "restrict: {set: {changed_at: %s, nam: x}}")
    assert codes(check(restrict % "2020-01-01")) == ["unknown-column"]
    assert set(codes(check(restrict % "true"))) == {"unknown-column", "restrict-type"}
    retain = STORE.replace("changed_at: changed_at", "retain: {for: 1 year, after: name}")
    assert codes(check(retain)) == ["after-type"]
