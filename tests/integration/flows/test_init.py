"""`init` over live databases: what is written, what is left alone, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from habeas.datamap.openness import open_entries
from habeas.datamap.reader import read_company
from habeas.diagnostics import Refused
from habeas.flows.accept import accept
from habeas.flows.check import check
from habeas.flows.init import init
from habeas.flows.workspace import open_workspace
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue
from habeas.stores.sql.type_values import TypeValues

TABLES = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, name varchar(80) NOT NULL)",
    "CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    "email varchar(200) NOT NULL, full_name varchar(200))",
    "CREATE TABLE messages (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    'sender_type varchar(40), sender_id integer, "50% Kind" varchar(40), body text)',
    "INSERT INTO accounts VALUES (1, 'A')",
    "INSERT INTO contacts VALUES (1, 1, 'jane@example.com', 'Jane')",
    "INSERT INTO messages VALUES (1, 1, 'Contact', 1, 'b', 'hi'), (2, 1, 'Contact', 1, ' ', 'x'), "
    "(3, 1, '', 1, 'a', 'x'), (4, 1, NULL, NULL, NULL, 'x')",
)


@pytest.fixture
def live(database_url: str) -> str:
    """A small database of people, with rows."""
    run(database_url, *TABLES)
    return database_url


def run(url: str, *statements: str) -> None:
    with open_engine(url).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%") if url.startswith("postgresql") else statement)


def test_the_map_of_a_new_database_can_be_read_and_holds_no_value(live: str, tmp_path: Path) -> None:
    outcome = init(live, tmp_path / "habeas", {}, store="app")
    assert outcome.tables == 3
    assert [Path(file).name for file in outcome.files] == ["app.yaml", "habeas.yaml"]
    company = read_company(tmp_path / "habeas").company
    assert company is not None and list(company.stores) == ["app"]
    assert company.stores["app"].people["contact"].table == "contacts"
    assert company.stores["app"].tables["messages"].edges["sender"].targets["Contact"].proposed
    assert len(open_entries(company)) == outcome.proposed + outcome.asked > 0
    text = (tmp_path / "habeas" / "app.yaml").read_text()
    assert "jane" not in text.lower()


def test_a_second_look_adds_what_is_new_and_leaves_what_a_person_wrote(live: str, tmp_path: Path) -> None:
    folder = tmp_path / "habeas"
    init(live, folder, {}, store="app")
    file = folder / "app.yaml"
    accept(folder, "contacts")
    file.write_text(
        "# our own words\r\n" + file.read_text().replace("full_name:", "full_name:   # as they sign\n       ")
    )
    mine = file.read_text()
    assert init(live, folder, {}, store="app").files == ()
    assert file.read_text() == mine

    run(
        live,
        "CREATE TABLE notes (id integer PRIMARY KEY, contact_id integer NOT NULL REFERENCES contacts (id), body text)",
    )
    outcome = init(live, folder, {}, store="app")
    assert [Path(name).name for name in outcome.files] == ["app.yaml"]
    now = file.read_text()
    assert "notes:" in now and "# our own words" in now and "# as they sign" in now
    company = read_company(folder).company
    assert company is not None
    assert company.stores["app"].tables["contacts"].columns["email"].proposed is None


def test_type_values_are_distinct_names_and_nothing_blank(live: str) -> None:
    with open_engine(live).connect() as connection:
        read = TypeValues(connection, read_catalogue(connection))
        assert read.distinct_values("messages", "sender_type", 10) == ["Contact"]
        assert read.distinct_values("messages", "50% Kind", 10) == ["a", "b"]
        assert read.distinct_values("messages", "50% Kind", 1) == ["a"]
        assert read.distinct_values("messages", "nowhere", 10) == ()
        assert read.distinct_values("nowhere", "sender_type", 10) == ()


def test_a_second_store_is_added_to_the_company(live: str, tmp_path: Path) -> None:
    init(live, tmp_path / "habeas", {}, store="app")
    init(live, tmp_path / "habeas", {}, store="billing")
    company = read_company(tmp_path / "habeas").company
    assert company is not None and list(company.stores) == ["app", "billing"]
    with pytest.raises(Refused) as caught:
        accept(tmp_path / "habeas", "billing.nowhere")
    assert [finding.code for finding in caught.value.findings] == ["unknown-target"]
    before = (tmp_path / "habeas" / "app.yaml").read_text()
    assert accept(tmp_path / "habeas", "billing.contacts").accepted > 0
    assert (tmp_path / "habeas" / "app.yaml").read_text() == before


def test_a_url_is_written_as_given_and_a_variable_stays_one(live: str, tmp_path: Path) -> None:
    outcome = init("${LIVE}", tmp_path / "habeas", {"LIVE": live}, store="app")
    company = read_company(tmp_path / "habeas").company
    assert company is not None and company.stores["app"].url == "${LIVE}"
    assert not any("export" in line for line in outcome.next_steps)


@pytest.mark.postgresql
def test_a_password_never_gets_into_the_map(postgresql_url: str, tmp_path: Path) -> None:
    run(postgresql_url, *TABLES)
    url = sa.make_url(postgresql_url)
    given = url.set(password=url.password or "s3cr3t-words").render_as_string(hide_password=False)
    password = sa.make_url(given).password
    assert isinstance(password, str)
    outcome = init(given, tmp_path / "habeas", {}, store="crm-eu")
    text = (tmp_path / "habeas" / "crm-eu.yaml").read_text()
    assert password not in text and "${CRM_EU_DATABASE_URL}" in text
    assert outcome.next_steps[0].startswith("export CRM_EU_DATABASE_URL=")
    assert password not in " ".join(outcome.next_steps)


@pytest.mark.parametrize(
    ("file", "name"), [("app.db", "app"), ("My CRM.sqlite3", "my_crm"), ("2025.db", "app"), ("habeas.db", "app")]
)
def test_a_store_is_named_after_its_database(file: str, name: str, tmp_path: Path) -> None:
    (tmp_path / file).touch()
    run(f"sqlite:///{tmp_path / file}", TABLES[0])
    init(f"sqlite:///{tmp_path / file}", tmp_path / "habeas", {})
    assert (tmp_path / "habeas" / f"{name}.yaml").exists()


@pytest.mark.parametrize(
    ("url", "options", "code"),
    [
        ("sqlite:///{}/nothing.db", {}, "store-missing"),
        ("nonsense", {}, "unreadable-url"),
        ("${{NOT_SET}}", {}, "variable-missing"),
        ("sqlite:///{}/empty.db", {}, "no-tables"),
        ("sqlite:///{}/empty.db", {"store": "../up"}, "bad-store-name"),
        ("postgresql://somebody:hunter22@localhost:1/app", {}, "store-unreachable"),
    ],
)
def test_what_can_not_be_looked_at_is_refused_and_nothing_is_written(
    url: str, options: dict[str, str], code: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(Refused) as caught:
        init(url.format(tmp_path), tmp_path / "habeas", {}, **options)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert "hunter22" not in repr(caught.value.findings)
    assert not (tmp_path / "habeas").exists()


def test_a_map_that_is_broken_is_not_added_to(live: str, tmp_path: Path) -> None:
    folder = tmp_path / "habeas"
    folder.mkdir()
    (folder / "app.yaml").write_text("store: [app\n")
    with pytest.raises(Refused):
        init(live, folder, {}, store="app")
    assert (folder / "app.yaml").read_text() == "store: [app\n"
    assert not (folder / "habeas.yaml").exists()


def test_while_a_question_is_open_nothing_of_it_is_accepted(live: str, tmp_path: Path) -> None:
    folder = tmp_path / "habeas"
    init(live, folder, {}, store="app")
    file = folder / "app.yaml"
    question = "  extra:\n    ask: {question: whose is it?, choices: [owned_by, lookup]}\n"
    file.write_text(file.read_text() + question)
    before = file.read_text()
    with pytest.raises(Refused) as caught:
        accept(folder, None, all=True)
    assert [finding.code for finding in caught.value.findings] == ["open-question"]
    assert file.read_text() == before
    file.write_text(before.removesuffix(question))
    outcome = accept(folder, None, all=True)
    assert outcome.accepted > 0 and outcome.left == 0
    assert not [line for line in file.read_text().splitlines() if "proposed" in line and not line.startswith("#")]


def test_what_is_personal_follows_the_companys_settings_in_init_and_in_check(database_url: str, tmp_path: Path) -> None:
    run(
        database_url,
        "CREATE TABLE members (id integer PRIMARY KEY, email varchar(80), full_name varchar(80), last_seen_at timestamp)",
        "CREATE TABLE suppliers (id integer PRIMARY KEY, name varchar(80), phone varchar(40))",
    )
    as_usual, by_policy = tmp_path / "usual", tmp_path / "policy"
    for folder, settings in ((as_usual, ""), (by_policy, "{activity: false, business_addresses: true, ids: true}")):
        folder.mkdir()
        said = f"discovery: {settings}\n" if settings else ""
        names = "organization: X\ncontact: x@example.org\nidentity_types: {app.member_id: exact}\n"
        (folder / "habeas.yaml").write_text(f"version: 1\n{names}stores: [app.yaml]\n{said}")
        init(database_url, folder, {"URL": database_url}, store="app")
    usual, policy = (read_company(folder).company for folder in (as_usual, by_policy))
    assert usual is not None and policy is not None
    assert "last_seen_at" in usual.stores["app"].tables["members"].columns
    assert "last_seen_at" not in policy.stores["app"].tables["members"].columns
    assert usual.stores["app"].tables["suppliers"].not_personal
    assert policy.stores["app"].tables["suppliers"].columns["phone"].category == "user.contact.phone_number"

    run(
        database_url,
        "ALTER TABLE members ADD COLUMN phone varchar(40)",
        "CREATE TABLE branches (id int, phone varchar(40))",
    )
    for folder, expected in ((as_usual, False), (by_policy, True)):
        accept(folder, "members")
        with open_workspace(folder, {"APP_DATABASE_URL": database_url}) as workspace:
            found = {(f.code, f.tables): f.detail for f in check(workspace)}
        assert ("unmapped-column", ("members",)) in found
        detail = next(
            text for (code, tables), text in found.items() if code == "unmapped-table" and tables == ("branches",)
        )
        assert ("phone" in detail) is expected
