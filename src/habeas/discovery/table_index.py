"""Finds the table that a word means: by the map's own name rule, and beyond it by English words, prefixes and ends."""

from __future__ import annotations

from habeas.catalog.tables import Catalog, Table
from habeas.datamap.targets import table_of_name
from habeas.discovery.naming import words


class TableIndex:
    """The base tables of a store by name. Answers are unambiguous or None."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._named: dict[tuple[str, str], Table | None] = {}
        self._whole: dict[tuple[str, ...], list[Table]] = {}
        self._ends: dict[tuple[str, ...], list[Table]] = {}
        for table in catalog.tables.values():
            if table.is_base:
                name = words(table.name)
                self._whole.setdefault(name, []).append(table)
                for start in range(1, len(name)):
                    self._ends.setdefault(name[start:], []).append(table)

    def by_name(self, stem: str, table: Table) -> Table | None:
        """What the map's name rule says (`contact` -> contacts), seen from `table`: there `to` may be left out."""
        key = (stem, table.schema)
        if key not in self._named:  # the rule looks at every table, and the same stems come again and again
            ref = table_of_name(stem, self._catalog, table.schema)
            self._named[key] = self._catalog.get(ref) if ref is not None else None
        return self._named[key]

    def exact(self, stem: tuple[str, ...], table: Table) -> Table | None:
        """The one table of these words, in the schema of `table` first (`kunde` -> kunden)."""
        found = self._whole.get(stem, [])
        here = [other for other in found if other.schema == table.schema] or found
        return here[0] if len(here) == 1 else None

    def find(self, stem: tuple[str, ...], table: Table) -> Table | None:
        """The same, else with the prefix of `table` (`crm_deals` -> crm_contacts), else as the end of one name."""
        own = words(table.name)
        for wanted in (stem, *(own[:size] + stem for size in range(1, len(own)))):
            found = self.exact(wanted, table)
            if found is not None:
                return found
        ends = self._ends.get(stem, [])
        return ends[0] if len(ends) == 1 else None
