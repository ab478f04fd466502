"""Small packages for the tests of delivery."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from habeas.catalog.tables import TypeFamily
from habeas.delivery.cell_escaping import unescape_formula
from habeas.delivery.contents import PackageColumn, PackageHeader, PackageStore, PackageSummary, PackageTable
from habeas.delivery.packing import write_package
from habeas.program.plan import Group, NotCovered

Rows = Iterable[tuple[str | None, ...]]


@dataclass
class Opened:
    """A package that was read again."""

    summary: PackageSummary
    members: dict[str, bytes]

    @property
    def description(self) -> dict[str, Any]:
        return json.loads(self.members["datapackage.json"])

    @property
    def page(self) -> str:
        return self.members["index.html"].decode()

    def raw_csv(self, resource: str) -> list[list[str]]:
        text = self.members[f"data/{resource}.csv"].decode()
        return list(csv.reader(io.StringIO(text, newline="")))

    def csv(self, resource: str) -> list[list[str]]:
        """The rows without the header, formula escaping undone as the description says."""
        return [[unescape_formula(cell) for cell in row] for row in self.raw_csv(resource)[1:]]

    def json(self, resource: str) -> list[dict[str, str | None]]:
        return json.loads(self.members[f"json/{resource}.json"])


def column(name: str, family: TypeFamily = TypeFamily.TEXT, **more: Any) -> PackageColumn:
    return PackageColumn(name=name, type=family.value, family=family, **more)


def table(rows: Rows, columns: Iterable[PackageColumn] | None = None, **more: Any) -> PackageTable:
    chosen = tuple(columns) if columns is not None else (column("a"), column("b"))
    return PackageTable(**{"store": "app", "table": "notes", "why": "the person"} | more, columns=chosen, rows=rows)


def header(**more: Any) -> PackageHeader:
    known: dict[str, Any] = {
        "organization": "Acme & Söhne",
        "contact": "privacy@acme.example",
        "prepared_at": datetime(2026, 11, 23, 16, 9, tzinfo=UTC),
        "run_id": "r-7f3a9c",
        "groups": (Group("contact", "7", 1),),
        "stores": (PackageStore(name="app", location="United States, us-east-1, aws"),),
        "not_covered": (NotCovered("backups", "2026-12-23", "platform team"),),
    }
    return PackageHeader(**known | more)


class Maker:
    """What tests make packages with."""

    column = staticmethod(column)
    table = staticmethod(table)
    header = staticmethod(header)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def target(self) -> Path:
        return self.folder / "package.zip"

    def make(self, *tables: PackageTable, header: PackageHeader | None = None, **options: Any) -> Opened:
        summary = write_package(self.target, header or self.header(), tables, overwrite=True, **options)
        with zipfile.ZipFile(self.target) as archive:
            assert archive.testzip() is None
            return Opened(summary, {name: archive.read(name) for name in archive.namelist()})


@pytest.fixture
def packages(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture(scope="module")
def shared_packages(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """For property tests, whose examples may not share a function's fixture."""
    return Maker(tmp_path_factory.mktemp("packages"))
