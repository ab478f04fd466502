"""Companies to kill in, each made once for a test process and dialect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.kills.killing import in_process
from tests.acceptance.kills.places import Template
from tests.acceptance.kills.small_company import (
    APP,
    BILLING,
    BILLING_ROWS,
    BILLING_TABLES,
    POLICY,
    app_statements,
)
from tests.acceptance.kills.unbroken import Command, Unbroken
from tests.servers.postgresql import PostgresqlServer
from tests.strategies.profiles import PROFILE

from habeas.demo.company import build
from habeas.demo.laying_out import lay_out

PEOPLE = 200
LARGE = ("test_random_moments", "test_command_line")
Make = Callable[[Path, PostgresqlServer | None], Template]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The fast profile: the first variant of each test here, and none over the large company."""
    if PROFILE != "fast":
        return
    seen: set[str] = set()
    left_out = []
    for item in items:
        if not item.path.is_relative_to(Path(__file__).parent):
            continue
        name = item.nodeid.partition("[")[0]
        if name in seen or item.path.stem in LARGE:
            left_out.append(item)
        seen.add(name)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def dialect(request: pytest.FixtureRequest) -> str:
    """The test runs once over each dialect."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def templates() -> dict[tuple[str, str], Template]:
    """Those made so far, by company and dialect. Their databases go with the server, their folders with pytest's."""
    return {}


@pytest.fixture
def template(
    dialect: str,
    templates: dict[tuple[str, str], Template],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Template]:
    """A company of MAKERS by its name, in the test's dialect."""
    server = request.getfixturevalue("postgresql_server") if dialect == "postgresql" else None

    def of(company: str) -> Template:
        if (company, dialect) not in templates:
            made = MAKERS[company](tmp_path_factory.mktemp(company) / "company", server)
            in_process(made.prepare).returned()
            templates[company, dialect] = made
        return templates[company, dialect]

    return of


@pytest.fixture
def make_small() -> Make:
    """The small company, made for one test that changes the template itself."""

    def make(folder: Path, server: PostgresqlServer | None) -> Template:
        made = _small(folder, server)
        in_process(made.prepare).returned()
        return made

    return make


@pytest.fixture(scope="session")
def measured() -> dict[tuple[str, str, Command], Unbroken]:
    """The unbroken runs so far, by company, dialect and command."""
    return {}


@pytest.fixture
def unbroken(
    template: Callable[[str], Template], dialect: str, measured: dict[tuple[str, str, Command], Unbroken]
) -> Callable[[str, Command], Unbroken]:
    """The measure of a company and a command, carried out once without a disturbance."""

    def of(company: str, command: Command) -> Unbroken:
        key = (company, dialect, command)
        if key not in measured:
            measured[key] = Unbroken.of(template(company), command)
        return measured[key]

    return of


def _small(folder: Path, server: PostgresqlServer | None) -> Template:
    return _laid_out(folder, server, {"app": APP})


def _billing(folder: Path, server: PostgresqlServer | None) -> Template:
    return _laid_out(folder, server, {"billing": BILLING})


def _two_stores(folder: Path, server: PostgresqlServer | None) -> Template:
    return _laid_out(folder, server, {"app": APP, "billing": BILLING})


def _corrected(folder: Path, server: PostgresqlServer | None) -> Template:
    """Both stores, with the copies of an address declared and a word for restriction."""
    app = APP.replace("identity: email}", "identity: email, copies: [logins.email, invoices.billing_email]}")
    app = app.replace("controller: customer}", "controller: customer, restrict: {set: {paused: true, phone: null}}}")
    billing = BILLING.replace("controller: us}", "controller: us, restrict: {set: {name: paused}}}")
    return _laid_out(folder, server, {"app": app, "billing": billing}, "ALTER TABLE contacts ADD COLUMN paused boolean")


def _sample(folder: Path, server: PostgresqlServer | None) -> Template:
    lay_out(folder, people=PEOPLE)
    file = folder / "habeas" / "app.yaml"
    shipped = "sqlite:///${HABEAS_MAP}/../app.db"
    assert shipped in file.read_text()
    file.write_text(file.read_text().replace(shipped, "${APP_DATABASE_URL}"))
    template = Template(folder, ["app"], server)
    if server is not None:
        build(template.original.urls["app"], people=PEOPLE)
    return template


def _laid_out(folder: Path, server: PostgresqlServer | None, maps: dict[str, str], *more: str) -> Template:
    (folder / "habeas").mkdir(parents=True)
    (folder / "habeas" / "habeas.yaml").write_text(POLICY.format(stores=", ".join(f"{store}.yaml" for store in maps)))
    for store, text in maps.items():
        (folder / "habeas" / f"{store}.yaml").write_text(text)
    template = Template(folder, list(maps), server)
    if "app" in maps:
        template.fill("app", [*app_statements(template.dialect), *more])
    if "billing" in maps:
        template.fill("billing", [*BILLING_TABLES, *BILLING_ROWS])
    return template


MAKERS: dict[str, Make] = {
    "small": _small,
    "billing": _billing,
    "two": _two_stores,
    "corrected": _corrected,
    "sample": _sample,
}
