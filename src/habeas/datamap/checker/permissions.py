"""What the connected role may see and do: a filtered or refused statement must not pass for an empty answer."""

from __future__ import annotations

from habeas.datamap.checker.ground import Ground
from habeas.datamap.model import EdgeKind


def check_permissions(ground: Ground) -> None:
    """Row-level security and missing privileges."""
    referring = _referring(ground)
    read_only = ground.catalog.dialect == "sqlite" and any(
        "UPDATE" not in table.privileges for table in ground.catalog.tables.values()
    )
    if read_only:  # SQLite knows no roles: the file as a whole may be written, or not
        summary = f"the file of the store {ground.store.store} can only be read"
        detail = "Its rows can be found, and neither masked nor erased."
        fix = "Make the file writable, or take mode=ro out of url"
        ground.refuse("store-read-only", ("url",), summary, detail, fix)
    for ref, entry, table in ground.mapped():
        path = ("tables", ref)
        needed = ground.is_personal(ref) or ground.may_change(ref)
        if not needed and ref not in referring:
            continue
        if table.row_security_applies:
            detail = (
                "The role that is connected sees only rows that a policy lets through; others would be missed without "
                "a word. habeas sets row_security = off, so that such a read fails instead."
            )
            fix = "ALTER ROLE … BYPASSRLS;   for the role of the url"
            summary = f"row-level security hides rows of {ground.name(ref)}"
            ground.refuse("row-security", path, summary, detail, fix, [ref])
        wanted = ["SELECT"]
        if table.is_base and entry.derived is None:
            if ground.may_change(ref):
                wanted += ["UPDATE", "DELETE"]
            elif ref in referring:
                wanted.append("UPDATE")
        missing = [privilege for privilege in wanted if privilege not in table.privileges]
        if missing and not read_only:
            listed = ", ".join(missing)
            detail = {
                "SELECT": "Its rows can't be found.",
                "UPDATE": "Its rows can be found, and neither masked nor unlinked.",
                "DELETE": "Its rows can be found, and not erased.",
            }[missing[0]]
            fix = f"GRANT {listed} ON {ground.sql(ref)} TO …;   for the role of the url"
            summary = f"the role that is connected has no {listed} on {ground.name(ref)}"
            ground.refuse("privilege-missing", path, summary, detail, fix, [ref])


def _referring(ground: Ground) -> set[str]:
    """Tables whose references are unlinked when a row elsewhere goes."""
    found: set[str] = set()
    for lead in ground.leads:
        if lead.resolved is not None and ground.may_change(lead.resolved.table):
            found.add(lead.ref)
        if lead.target.as_ in (EdgeKind.OWNS, EdgeKind.ACCESSES):
            found.add(lead.ref)
    for ref, _, table in ground.mapped():
        if any(ground.may_change(key.target) for key in table.foreign_keys):
            found.add(ref)
    return found
