"""The map's files: what is read, and what a mistake is told."""

import json
from pathlib import Path

import pytest

from habeas.datamap.model import EdgeKind, MaskKind
from habeas.datamap.openness import OpenKind, open_entries, open_findings
from habeas.datamap.reader import read_company
from habeas.diagnostics import Severity, has_errors

POLICY = """\
version: 1
organization: Acme
contact: privacy@acme.example
grounds:
  accounting: {for: 7 years, citation: HGB 257}
  claims: {citation: BGB 195}
identity_types: {app.user_id: exact}
stores: [app.yaml]
"""
STORE = """\
version: 1
store: app
url: ${APP_DATABASE_URL}
customers: {table: accounts, ends_at: closed_at}
people:
  contact: {table: contacts, controller: customer}
tables:
  accounts: {}
  contacts:
    customer: account_id
    columns:
      email: {category: user.contact.email, identity: email}
      name: user.name
"""


def read(tmp_path, store=STORE, policy=POLICY, **others):
    (tmp_path / "habeas.yaml").write_text(policy, encoding="utf-8")
    for name, text in {"app": store, **others}.items():
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / f"{name}.yaml").write_bytes(content)
    return read_company(tmp_path)


def of_code(reading, code):
    found = [f for f in reading.findings if f.code == code]
    assert found, [f.code for f in reading.findings]
    return found[0]


def with_table(text):
    """STORE and one more table, whose first line is line 14."""
    return STORE + "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


def test_short_forms_are_written_out(tmp_path):
    reading = read(
        tmp_path,
        with_table("""
messages:
  customer: {via: conversation_id}
  key: number
  edges:
    conversation_id: owned_by
    by: {columns: [a, b], to: "contacts(id, x)", as: accessed_by, on_erase: {mask: [body]}, on_access: {hide: note}}
    gone: {as: owned_by, on_erase: delete}
    sender:
      pair: [sender_type, sender_id]
      placeholder: 0
      to:
        Contact: {table: contacts, as: owned_by, on_access: {hide: [note]}}
        User: contacts.id
        Bot: lookup
      as: accessed_by
  columns:
    body: {category: user.content, mask: null, purpose: marketing, copies: contacts.name}
    ip: {category: user.device.ip_address, mask: token}
    city: {category: user.contact.address.city, mask: {constant: nowhere}}
    data: {paths: {$.mail: user.contact.email}}
  on_erase: {keep: {ground: accounting, after: sent_at, with: contacts, mask: body}}
"""),
    )
    assert not reading.findings
    table = reading.company.stores["app"].tables["messages"]
    assert table.customer.via == "conversation_id" and table.key == ("number",)
    assert table.edges["conversation_id"].columns == ("conversation_id",)
    assert table.edges["conversation_id"].as_ is EdgeKind.OWNED_BY
    by = table.edges["by"]
    assert (by.columns, by.to, by.on_erase.action, by.on_erase.mask) == (
        ("a", "b"),
        "contacts(id, x)",
        "mask",
        ("body",),
    )
    assert by.on_access.hide == ("note",)
    assert table.edges["gone"].on_erase.action == "delete"
    sender = table.edges["sender"]
    assert sender.pair == ("sender_type", "sender_id") and sender.columns == ()
    assert sender.targets["Contact"].to == "contacts" and sender.targets["Contact"].on_access.hide == ("note",)
    assert sender.targets["User"].to == "contacts.id" and sender.targets["User"].as_ is EdgeKind.ACCESSED_BY
    assert sender.targets["Bot"].to is None and sender.targets["Bot"].as_ is EdgeKind.LOOKUP
    assert {t.placeholder for t in sender.targets.values()} == {0}
    assert table.columns["body"].mask.kind is MaskKind.NULL and table.columns["ip"].mask.kind is MaskKind.TOKEN
    assert table.columns["city"].mask.value == "nowhere"
    assert table.columns["data"].paths["$.mail"].category == "user.contact.email"
    keep = table.on_erase.keep
    assert (keep.with_, keep.mask, keep.period) == (("contacts",), ("body",), None)
    contacts = reading.company.stores["app"].tables["contacts"]
    assert contacts.customer.column == "account_id" and contacts.columns["name"].category == "user.name"


def test_positions_find_the_nearest_key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "habeas"
    folder.mkdir()
    reading = read(folder)
    positions = reading.positions
    assert str(positions.of("app", ("tables", "contacts", "columns", "name", "category"))) == "habeas/app.yaml:13:7"
    assert str(positions.of("app.yaml", ("customers", "ends_at"))) == "habeas/app.yaml:4:30"
    assert str(positions.of("habeas.yaml", ("grounds", "accounting"))) == "habeas/habeas.yaml:5:3"
    assert str(positions.of("app", ("tables", "nowhere"))) == "habeas/app.yaml:7:1"
    assert positions.of("other") is None


@pytest.mark.parametrize(
    ("table", "code", "line", "fix"),
    [
        ("t: {colunms: {}}", "unknown-key", 14, "columns:"),
        ("t:\n  edges:\n    a_id: {to: contacts}", "edge-without-ownership", 16, "to: contacts, as: owned_by"),
        ("t: {edges: {a_id: owend_by}}", "unknown-value", 14, "as: owned_by"),
        ("t: {on_erase: {keep: {after: x}}}", "keep-without-ground", 14, "ground:"),
        ("t: {on_erase: keep}", "keep-without-after", 14, "after:"),
        ("t: {on_erase: {keep: {ground: accounting}}}", "keep-without-after", 14, "after:"),
        ("t: {on_erase: {keep: {ground: acounting, after: x}}}", "unknown-ground", 14, "ground: accounting"),
        ("t: {on_erase: {keep: {ground: claims, after: x}}}", "keep-without-period", 14, "for: 7 years"),
        ("t: {on_erase: {keep: {ground: accounting, for: ever, after: x}}}", "bad-value", 14, "for: 7 years"),
        (
            "t: {on_erase: {keep: {ground: accounting, after: x, with: [contcts]}}}",
            "keep-with-unknown",
            14,
            "contacts",
        ),
        ("t: {columns: {a: user.contact.emial}}", "unknown-category", 14, "user.contact.email"),
        ("t: {columns: {a: email}}", "unknown-category", 14, "user.contact.email"),
        ("t: {columns: {a: {identity: emal}}}", "unknown-identity-type", 14, "identity: email"),
        ("t: {columns: {mail: {identity: email}}}", "identity-outside-people", 14, "to: contacts.mail, as: owned_by"),
        ("t: {columns: {a: {mask: {keep: month}}}}", "mask-unclear", 14, "keep: year"),
        ("t: {columns: {a: {mask: {keep: year, constant: 1}}}}", "mask-unclear", 14, "keep: year"),
        ("t: {columns: {a: {mask: {constant: }}}}", "mask-without-value", 14, "constant"),
        ("t: {columns: {a: {provided: 7.5}}}", "wrong-type", 14, "provided: true"),
        ("t: {columns: {a: }}", "wrong-type", 14, "category"),
        ("t: {columns: {a: {file: fils}}}", "file-store-missing", 14, "stores:"),
        ("t: {columns: {a: {copies: name}}}", "bad-copy", 14, "copies:"),
        ("t: {columns: {a: {purpose: fun}}}", "unknown-purpose", 14, "purposes"),
        ("t: {edges: {a_id: {as: owns, on_erase: delete}}}", "on-erase-without-right", 14, "placeholder"),
        ("t: {edges: {a_id: {as: lookup, on_erase: {mask: [b]}}}}", "on-erase-without-right", 14, ""),
        ("t: {edges: {a_id: {as: lookup, on_access: {hide: [b]}}}}", "hide-without-right", 14, "accessed_by"),
        ("t: {edges: {a_id: {as: owned_by, on_erase: mask}}}", "mask-without-columns", 14, "{mask: [note]}"),
        ("t: {edges: {a_id: {as: owned_by, across: customers}}}", "across-without-why", 14, "why:"),
        ("t: {edges: {a_id: {as: owned_by, across: stores}}}", "unknown-value", 14, "across: customers"),
        ("t: {edges: {a_id: {as: owned_by, why: x}}}", "why-without-across", 14, "Delete"),
        ("t: {edges: {a_id: {as: owned_by, placeholder: [1, 2]}}}", "bad-placeholder", 14, "placeholder: 0"),
        ("t: {edges: {s: {pair: [s_type, s_id], as: owned_by}}}", "pair-without-types", 14, "to: {Contact:"),
        ("t: {edges: {s: {to: {A: contacts}, as: owned_by}}}", "pair-missing", 14, "pair: [s_type, s_id]"),
        ("t: {edges: {s: {pair: [a], to: {A: contacts}, as: owned_by}}}", "wrong-type", 14, "pair: [s_type, s_id]"),
        ("t: {edges: {s: {pair: [a, a], to: {A: contacts}, as: owned_by}}}", "pair-of-one-column", 14, "pair:"),
        ("t: {edges: {s: {pair: [a, b], to: {A: {to: x}}}}}", "edge-without-ownership", 14, "as: owned_by"),
        ("t: {customer: {via: a_id}}", "unknown-via", 14, "edges: {a_id: owned_by}"),
        ("t: {customer: {via: a_id, none: x}}", "customer-path-unclear", 14, "customer: account_id"),
        ("t: {customer: {}}", "customer-path-unclear", 14, "customer: account_id"),
        ("t: {not_personal: x, columns: {a: user.name}}", "not-personal-with-personal", 14, "not_personal"),
        ("t: {triggers: {x: ''}}", "reason-missing", 14, "triggers"),
        ("t: {retain: {for: 1 year}}", "missing-key", 14, "after:"),
        ("t: {retain: {for: 1 year, after: x, then: burn}}", "unknown-value", 14, "then:"),
        ("t: 7", "wrong-type", 14, "columns"),
        ("t: {proposed: [x]}", "wrong-type", 14, "proposed"),
        ("contacts: {}", "duplicate-key", 14, "Delete one of the two"),
        ("? [a]\n: b", "wrong-type", 14, ""),
        ("t: !python/x {}", "unknown-tag", 14, ""),
    ],
)
def test_mistakes_in_a_table(tmp_path, table, code, line, fix):
    reading = read(tmp_path, with_table(table))
    finding = of_code(reading, code)
    assert finding.position.line == line or code == "unknown-tag"
    assert finding.position.file.endswith("app.yaml") and finding.position.column >= 1
    assert finding.summary and finding.detail and fix in finding.fix
    json.dumps(finding.as_json())


@pytest.mark.parametrize(
    ("store", "code"),
    [
        (STORE.replace("version: 1\n", ""), "version-missing"),
        (STORE.replace("version: 1", "version: 2"), "version-unknown"),
        (STORE.replace("version: 1", "version: true"), "version-unknown"),
        (STORE.replace("store: app\n", ""), "missing-key"),
        (STORE.replace("store: app", "store: ../app"), "bad-store-name"),
        (STORE.replace("table: contacts", "table: kontacts"), "table-not-mapped"),
        (STORE.replace("customers: {table: accounts, ends_at: closed_at}\n", ""), "controller-without-customers"),
        (STORE.replace("controller: customer", "controller: cutsomer"), "unknown-value"),
        (STORE.replace("people:\n", "people:\n  other: contacts\n"), "table-of-two-kinds"),
        (STORE.replace("identity: email", "self_service: true"), "kind-without-identity"),
        (STORE.replace("    customer: account_id", "    not_personal: x"), "people-not-personal"),
        (STORE.replace("name: user.name", "name: [user.name"), "broken-yaml"),
        (STORE.replace("name: user.name", "name: a: b"), "broken-yaml"),
        (STORE.replace("      name:", "\tname:"), "broken-yaml"),
        (STORE + "---\nversion: 1\n", "broken-yaml"),
        ("", "empty-file"),
        ("# nothing\n", "empty-file"),
        ("[1, 2]", "wrong-type"),
        ("hello", "wrong-type"),
        (b"version: 1\x00", "control-character"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "not-utf-8"),
        (STORE.encode("utf-16"), "not-utf-8"),
        ("a: " + "[" * 5000, "too-deep"),
        ("a: " + "{a: " * 200 + "1" + "}" * 200, "too-deep"),
        ("a: &a [*a]", "too-deep"),
        ("x" * (5 * 1024 * 1024), "too-large"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 10)}]\n" for i in range(8)),
            "too-large",
        ),
    ],
)
def test_mistakes_of_a_file(tmp_path, store, code):
    reading = read(tmp_path, store)
    finding = of_code(reading, code)
    assert finding.position.file.endswith("app.yaml") and finding.position.line >= 1
    assert finding.summary and finding.detail


@pytest.mark.parametrize(
    ("policy", "code", "line"),
    [
        (POLICY.replace("version: 1\n", ""), "version-missing", 1),
        (POLICY.replace("app.yaml", "app.yaml, crm.yaml"), "file-missing", 8),
        (POLICY.replace("[app.yaml]", "[]"), "no-stores", 8),
        (POLICY.replace("[app.yaml]", "3"), "wrong-type", 8),
        (POLICY.replace("app.user_id: exact", "app.user_id: fuzzy"), "unknown-value", 7),
        (POLICY.replace("app.user_id: exact", "email: exact"), "built-in-type", 7),
        (POLICY.replace("7 years", "seven years"), "bad-value", 5),
        (POLICY + "limits: {max_matches: 0}\n", "bad-limit", 9),
        (POLICY + "limits: {max_matches: many}\n", "wrong-type", 9),
        (POLICY + "elsewhere: {backups: {owner: ops}}\n", "elsewhere-without-end", 9),
        (POLICY + "organisation: Acme\n", "unknown-key", 9),
        (POLICY.replace("organization: Acme\n", ""), "missing-key", 1),
        (POLICY + "grounds: {}\n", "duplicate-key", 9),
    ],
)
def test_mistakes_in_the_policy(tmp_path, policy, code, line):
    reading = read(tmp_path, policy=policy)
    finding = of_code(reading, code)
    assert (Path(finding.position.file).name, finding.position.line) == ("habeas.yaml", line)


def test_places_that_are_not_allowed_are_a_warning(tmp_path):
    store = STORE.replace("customers:", "location: {country: US}\ncustomers:")
    reading = read(tmp_path, store, POLICY + "places: [DE, FR]\n")
    assert of_code(reading, "place-not-allowed").severity is Severity.WARNING
    assert not has_errors(read(tmp_path, store, POLICY + "places: us\n").findings)


def test_two_stores_of_one_name(tmp_path):
    policy = POLICY.replace("app.yaml", "app.yaml, two.yaml")
    reading = read(tmp_path, policy=policy, two=STORE.replace("store: app", "store: App"))
    assert reading.company is None
    assert of_code(reading, "two-stores-of-one-name").position.file.endswith("two.yaml")


def test_a_file_that_nobody_lists_is_told(tmp_path):
    reading = read(tmp_path, crm=STORE.replace("store: app", "store: crm"))
    assert "stores: [app.yaml, crm.yaml]" in of_code(reading, "file-not-listed").fix
    assert reading.company is not None


def test_a_folder_without_a_map(tmp_path):
    assert [f.code for f in read_company(tmp_path / "none").findings] == ["map-missing"]
    assert [f.code for f in read_company(tmp_path).findings] == ["file-missing"]
    (tmp_path / "habeas.yaml").mkdir()
    assert [f.code for f in read_company(tmp_path).findings] == ["unreadable-file"]


def test_form_errors_make_the_map_unusable_and_meaning_is_told_too(tmp_path):
    reading = read(tmp_path, with_table("t: {columns: {a: {category: emial, provided: perhaps}}}"))
    assert reading.company is None
    assert {"wrong-type", "unknown-category"} <= {f.code for f in reading.findings}


def test_one_mistake_is_told_once(tmp_path):
    reading = read(tmp_path, with_table("t: {columns: {a: {mask: tokn}}, edges: {b_id: owed_by}}"))
    assert sorted(f.code for f in reading.findings) == ["unknown-value", "unknown-value"]


def test_no_finding_repeats_the_url(tmp_path):
    secret = "hunter2secret"
    for url in (f"postgresql://u:{secret}@h/d", f'"postgresql://u:{secret}@h/d', f"*{secret}", f"[{secret}]"):
        reading = read(tmp_path, STORE.replace("${APP_DATABASE_URL}", url))
        assert has_errors(reading.findings)
        assert secret not in json.dumps([f.as_json() for f in reading.findings])
    reading = read(tmp_path, STORE.replace("${APP_DATABASE_URL}", f"postgresql://u:{secret}@h/d"))
    finding = of_code(reading, "password-in-url")
    assert finding.position.line == 3 and finding.fix == "url: ${APP_DATABASE_URL}"


def test_guesses_and_questions_stand_apart(tmp_path):
    reading = read(
        tmp_path,
        with_table("""
t:
  proposed: name
  customer: {via: a_id, proposed: declared key}
  edges:
    a_id: {ask: {question: Whose are they?, choices: [owned_by, lookup]}}
    s: {pair: [x, y], to: {A: {table: contacts, as: owned_by, proposed: pair}, B: {ask: What is a B?}}}
  columns: {n: {category: user.name, proposed: names}}
"""),
    )
    assert not reading.findings
    entries = open_entries(reading.company)
    assert [(e.path[2:], e.column, e.kind) for e in entries] == [
        ((), None, OpenKind.GUESS),
        (("customer",), None, OpenKind.GUESS),
        (("edges", "a_id"), "a_id", OpenKind.QUESTION),
        (("edges", "s", "to", "A"), "s", OpenKind.GUESS),
        (("edges", "s", "to", "B"), "s", OpenKind.QUESTION),
        (("columns", "n"), "n", OpenKind.GUESS),
    ]
    assert entries[2].choices == ("owned_by", "lookup") and entries[5].rule == "names"
    findings = open_findings(reading.company, reading.positions, Severity.WARNING)
    assert [f.code for f in findings] == ["guess-not-accepted"] * 2 + [
        "open-question",
        "guess-not-accepted",
        "open-question",
        "guess-not-accepted",
    ]
    assert [f.position.line for f in findings] == [15, 16, 18, 19, 19, 20]
    assert {f.severity for f in findings} == {Severity.WARNING} and findings[5].fix == "habeas accept t.n"


def test_the_digest_changes_with_every_byte(tmp_path):
    first = read(tmp_path).company.digest
    assert read(tmp_path).company.digest == first
    assert read(tmp_path, STORE + "# seen\n").company.digest != first
    assert read(tmp_path, policy=POLICY + "# seen\n").company.digest != first


def test_byte_order_marks_and_letters_of_the_world(tmp_path):
    reading = read(tmp_path, b"\xef\xbb\xbf" + with_table('"Müşteri":\n  columns: {"Ad ı": user.name}').encode())
    assert not reading.findings
    assert "Ad ı" in reading.company.stores["app"].tables["Müşteri"].columns


def test_keys_stay_what_is_written(tmp_path):
    reading = read(tmp_path, with_table("123: {columns: {null: user.name, true: user.name, 2024-01-01: user.name}}"))
    assert list(reading.company.stores["app"].tables["123"].columns) == ["null", "true", "2024-01-01"]
