"""Puts a table's place in the program into words: by which paths its rows are reached, and what decides over them."""

from __future__ import annotations

from datetime import date

from habeas.diagnostics import Refused, error
from habeas.execution.running import Context
from habeas.program.program import Program, Reference
from habeas.program.selection import Intent


def explain_table(context: Context, intent: Intent, day: date, table: str) -> tuple[str, ...]:
    """Sentences about `TABLE` or `STORE.TABLE`. Raises Refused (wrong use) for a table that no map knows."""
    words: list[str] = []
    for store in context.stores:
        program = store.program(intent, day)
        name = table.removeprefix(f"{store.name}.")
        if name in program.nodes:
            words += _words(program, name)
    if not words:
        known = ", ".join(sorted(ref for s in context.stores for ref in s.program(intent, day).nodes)[:20])
        raise Refused(
            error("unknown-table", f"no store of the map has a table {table}", f"There are: {known} …"), usage=True
        )
    return tuple(words)


def _words(program: Program, table: str) -> list[str]:
    node = program.nodes[table]
    words = [f"{program.store}.{table}, named by its key ({', '.join(node.key)})"]
    if node.kind is not None:
        types = ", ".join(f"{i.type} in {i.column} ({i.rule})" for i in node.identities)
        words.append(f"rows are people of the kind {node.kind}, found by {types or 'no identity yet'}")
    words += [f"path: {path}" for path in _paths(program, table, ())]
    for reference in program.bearing.get(table, ()):
        words.append(_reference_words(program, reference))
    if node.keep is not None:
        words.append(f"kept for {node.keep.ground}, {node.keep.period} after {node.keep.after}")
    elif node.on_erase == "mask":
        words.append("masked, not erased")
    if table in program.may_stay:
        words.append("a row may be shared: it stays while another owner stays")
    return words


def _paths(program: Program, table: str, seen: tuple[str, ...]) -> list[str]:
    """Each way from a person to the table, without circles."""
    own = [table] if program.nodes[table].kind is not None and not seen else []
    if program.nodes[table].kind is not None and seen:
        return [table]
    found = list(own)
    for reference in program.entering.get(table, ()):
        source = reference.source_table
        if source == table or source in seen:
            continue
        right = "owned" if reference.own else "accessed"
        found += [f"{path} > {table} ({right} by {reference.name})" for path in _paths(program, source, (*seen, table))]
    return found


def _reference_words(program: Program, reference: Reference) -> str:
    what = f"{reference.name} -> {reference.target} ({reference.kind or 'declared key, not in the map'})"
    if reference.id in program.follows:
        return f"{what}: goes along"
    if reference.value_join:
        return f"{what}: joins by value"
    if reference.never_unlinked:
        return f"{what}: can't be unlinked, so a row that stays holds its target in place (masked instead of erased)"
    written = ", ".join(f"{w.column} = {'NULL' if w.kind == 'null' else w.value}" for w in reference.unlink)
    return f"{what}: unlinked by {written} in a row that stays"
