"""Guesses accepted: the key goes, the rest of the file stays byte for byte."""

import pytest

from habeas.datamap.accepting import accept
from habeas.datamap.documents import parse_document
from habeas.diagnostics import Refused

TEXT = """\
# Ä map with comments
version: 1   # one
store: app
url: ${X}
customers: {table: accounts, proposed: name}
people:
  contact: {proposed: by name, table: contacts}   # ours
tables:
  accounts:
    proposed: tenant
  contacts:
    proposed: people   # looked at by J.
    customer: {column: account_id, proposed: declared key}
    columns:
      email: {category: user.contact.email, identity: email, proposed: names}
      name:
        # a comment of its own
        proposed: names
        category: user.name
      both: {category: user.name, proposed: a}
    edges:
      both: {proposed: b, as: owned_by}
      wide: {
        to: contacts,   # there
        as: owned_by,   # why
        proposed: "x, } y"
      }
      only: {proposed: x}
  crm.notes:
    edges:
      a_id: {as: owned_by, proposed: name}
      b_id: {ask: {question: "Whose?", choices: [owned_by, lookup]}, proposed: x}
"""
ANSWERED = TEXT.replace('{ask: {question: "Whose?", choices: [owned_by, lookup]}, proposed: x}', "lookup")


def test_all_guesses():
    assert (
        accept(ANSWERED, all=True)
        == """\
# Ä map with comments
version: 1   # one
store: app
url: ${X}
customers: {table: accounts}
people:
  contact: {table: contacts}   # ours
tables:
  accounts:
    {}
  contacts:
    # looked at by J.
    customer: {column: account_id}
    columns:
      email: {category: user.contact.email, identity: email}
      name:
        # a comment of its own
        category: user.name
      both: {category: user.name}
    edges:
      both: {as: owned_by}
      wide: {
        to: contacts,   # there
        as: owned_by,   # why
        
      }
      only: {}
  crm.notes:
    edges:
      a_id: {as: owned_by}
      b_id: lookup
"""
    )


def test_the_result_says_the_same_without_guesses():
    def without(data):
        if isinstance(data, dict):
            return {k: without(v) for k, v in data.items() if k != "proposed"}
        return data

    accepted = parse_document(accept(ANSWERED, all=True).encode(), "x")
    assert not accepted.findings
    assert accepted.data == without(parse_document(ANSWERED.encode(), "x").data)


def test_one_column_and_one_edge_of_a_name():
    accepted = accept(TEXT, ["contacts.both"])
    assert accepted == TEXT.replace("category: user.name, proposed: a", "category: user.name").replace(
        "{proposed: b, as", "{as"
    )


def test_a_table_takes_people_and_customers_along():
    accepted = accept(TEXT, ["accounts", "contacts"])
    assert accepted.count("proposed") == 2 and "a_id: {as: owned_by, proposed: name}" in accepted
    assert "customers: {table: accounts}" in accepted and "contact: {table: contacts}" in accepted


def test_table_names_with_dots():
    assert "a_id: {as: owned_by}" in accept(TEXT, ["crm.notes.a_id"])


def test_accepting_twice_changes_nothing():
    once = accept(ANSWERED, all=True)
    assert accept(once, all=True) == once and accept(once, ["contacts.email"]) == once
    assert accept("", all=True) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tables:\n  t:\n    proposed:\n    # next\n    columns: {}\n", "tables:\n  t:\n    # next\n    columns: {}\n"),
        ("tables: {t: {proposed: , key: a}}", "tables: {t: {key: a}}"),
        ("tables: {t: {key: a, proposed: }}", "tables: {t: {key: a }}"),
        ("tables: {t: {key: , proposed: x}}", "tables: {t: {key:}}"),
        (
            "tables:\n  t:\n    key: a\n    proposed: >\n      a\n      b\n\n  # u\n",
            "tables:\n  t:\n    key: a\n  # u\n",
        ),
        ("tables:\n  t:\n    key: a\n    'proposed' : x", "tables:\n  t:\n    key: a\n"),
    ],
)
def test_layouts(text, expected):
    assert accept(text, all=True) == expected


@pytest.mark.parametrize("targets", [["crm.notes"], ["crm.notes.b_id"], ["contacts", "crm.notes"]])
def test_questions_must_be_answered(targets):
    with pytest.raises(Refused) as refused:
        accept(TEXT, targets, file="app.yaml")
    (finding,) = refused.value.findings
    assert finding.code == "open-question" and "Whose?" in finding.summary and "owned_by, lookup" in finding.fix
    assert str(finding.position).startswith("app.yaml:32")


def test_all_refuses_while_a_question_is_left():
    with pytest.raises(Refused, match="open-question"):
        accept(TEXT, all=True)


@pytest.mark.parametrize(
    ("target", "fix"), [("contcts", "contacts"), ("contacts.emial", "contacts.email"), ("x.y", "--all"), ("", "--all")]
)
def test_unknown_targets(target, fix):
    with pytest.raises(Refused) as refused:
        accept(TEXT, [target])
    assert refused.value.findings[0].code == "unknown-target" and fix in refused.value.findings[0].fix


def test_broken_files_are_refused():
    with pytest.raises(Refused, match="broken-yaml"):
        accept("a: [", all=True)


def test_windows_line_ends_stay():
    text = ANSWERED.replace("\n", "\r\n")
    assert accept(text, all=True) == accept(ANSWERED, all=True).replace("\n", "\r\n")
