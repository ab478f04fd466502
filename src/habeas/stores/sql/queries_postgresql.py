"""The pg_catalog queries of `catalogue_postgresql`, one for each kind of object.

Parameters are `schemas` (text[]) and `oids` (the relations that the first query found). Where a subquery
builds an array, it is by relation or constraint, and cheap: each looks up a few rows by an index of the
catalogue.
"""

from __future__ import annotations

NULLS_NOT_DISTINCT_SINCE = 150000

SESSION = """
SELECT coalesce(current_schema(), 'public') AS default_schema,
       current_setting('server_version') AS version,
       CAST(current_setting('server_version_num') AS integer) AS version_number,
       current_setting('session_replication_role') <> 'replica' AS keys_enforced
"""

_SYSTEM = "(n.nspname IN ('pg_catalog', 'information_schema') OR starts_with(n.nspname, 'pg_'))"

_EVERYWHERE = f"""
SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT {_SYSTEM}
  AND (NOT EXISTS (SELECT FROM pg_depend e
                   WHERE e.classid = CAST('pg_class' AS regclass) AND e.objid = c.oid AND e.deptype = 'e')
       OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid))
"""

# A chosen schema's tables; then, upwards without end, whatever refers to them; then what those refer to,
# once.
# Partitions come along with their parents, so that keys which only they have are seen.
_CHOSEN = """
SELECT oid FROM chosen
UNION
SELECT k.confrelid FROM pg_constraint k JOIN chosen ON chosen.oid = k.conrelid WHERE k.contype = 'f'
"""
_CHOOSING = f"""
WITH RECURSIVE chosen(oid) AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY(CAST(:schemas AS text[])) AND NOT {_SYSTEM}
  UNION
  SELECT r.oid FROM chosen, LATERAL (
    SELECT k.conrelid AS oid FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = chosen.oid
    UNION ALL
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition
    WHERE i.inhparent = chosen.oid
    UNION ALL
    SELECT i.inhparent FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition
    WHERE i.inhrelid = chosen.oid
  ) r
)
"""


def relations(with_schemas: bool) -> str:
    """Tables, partitions, views and foreign tables, with what the connected role may do."""
    return f"""
{_CHOOSING if with_schemas else ""}
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relispartition AS is_partition,
       (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition) AS parent,
       c.reltuples AS estimate,
       c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS inherited,
       c.relrowsecurity AS row_security, row_security_active(c.oid) AS row_security_applies,
       usable AND has_table_privilege(c.oid, 'SELECT') AS may_select,
       usable AND has_table_privilege(c.oid, 'INSERT') AS may_insert,
       usable AND has_table_privilege(c.oid, 'UPDATE') AS may_update,
       usable AND has_table_privilege(c.oid, 'DELETE') AS may_delete,
       obj_description(c.oid, 'pg_class') AS comment,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace,
LATERAL (SELECT has_schema_privilege(n.oid, 'USAGE') AS usable) s
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND c.oid IN ({_CHOSEN if with_schemas else _EVERYWHERE})
"""


# A default names no column, so that its text needs no relation (0), which would be opened for it.
COLUMNS = """
SELECT a.attrelid AS relation, a.atttypid AS type_oid, a.atttypmod AS modifier, a.attnotnull AS required,
       coalesce(l.collisdeterministic, true) AS deterministic,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS default,
       a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,
       CASE WHEN a.attcollation <> t.typcollation THEN l.collname END AS collation, s.description AS comment
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_description s ON s.objoid = a.attrelid AND s.objsubid = a.attnum
  AND s.classoid = CAST('pg_class' AS regclass)
WHERE a.attrelid = ANY(CAST(:oids AS oid[])) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

TYPES = """
SELECT t.oid, t.typname AS name, t.typtype AS kind, t.typcategory AS category,
       t.typbasetype AS base, t.typtypmod AS modifier, t.typnotnull AS required,
       e.labels, coalesce(k.names, '{}') AS check_names, coalesce(k.texts, '{}') AS check_texts
FROM pg_type t
LEFT JOIN (SELECT enumtypid, array_agg(CAST(enumlabel AS text) ORDER BY enumsortorder) AS labels
           FROM pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid
LEFT JOIN (SELECT contypid, array_agg(CAST(conname AS text) ORDER BY conname) AS names,
                  array_agg(pg_get_constraintdef(oid) ORDER BY conname) AS texts
           FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' GROUP BY contypid) k ON k.contypid = t.oid
WHERE t.oid = ANY(CAST(:types AS oid[])) OR t.typtype = 'd'
   OR t.oid IN (SELECT d.typbasetype FROM pg_type d WHERE d.typtype = 'd')
"""

# Keys that a partition has from its parent (conparentid) and checks that it inherits are the parent's.
CONSTRAINTS = """
SELECT k.conrelid AS relation, k.conname AS name, k.contype AS kind, k.confrelid AS target,
       k.confdeltype AS on_delete, k.confupdtype AS on_update,
       k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated,
       (SELECT array_agg(CAST(a.attname AS text) ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns,
       CASE WHEN k.contype = 'f' THEN
         (SELECT array_agg(CAST(a.attname AS text) ORDER BY u.place)
          FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number) END AS target_columns,
       CASE WHEN k.contype IN ('c', 'x') THEN pg_get_constraintdef(k.oid) END AS definition
FROM pg_constraint k
WHERE k.conrelid = ANY(CAST(:oids AS oid[])) AND k.contype IN ('p', 'f', 'c', 'x')
  AND k.conparentid = 0 AND NOT (k.contype = 'c' AND NOT k.conislocal)
ORDER BY k.conrelid, k.conname
"""


def indexes(version_number: int) -> str:
    """Valid indexes: their key columns in order (NULL: an expression), and the text of what is no plain key."""
    nulls = "i.indnullsnotdistinct" if version_number >= NULLS_NOT_DISTINCT_SINCE else "false"
    return f"""
SELECT i.indrelid AS relation, c.relname AS name, m.amname AS method, i.indisunique AS is_unique,
       i.indisprimary AS is_primary, {nulls} AS nulls_equal, pg_get_expr(i.indpred, i.indrelid) AS condition,
       k.columns, k.texts
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam,
LATERAL (SELECT array_agg(CAST(a.attname AS text) ORDER BY u.place) AS columns,
                array_agg(CASE WHEN u.number = 0 OR m.amname NOT IN ('btree', 'hash')
                          THEN pg_get_indexdef(i.indexrelid, CAST(u.place AS integer), true) END
                          ORDER BY u.place) AS texts
         FROM unnest(CAST(i.indkey AS smallint[])) WITH ORDINALITY u(number, place)
         LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number AND u.number > 0
         WHERE u.place <= i.indnkeyatts) k
WHERE i.indrelid = ANY(CAST(:oids AS oid[])) AND i.indisvalid
ORDER BY i.indrelid, c.relname
"""


# Triggers and rules together. The body of a trigger's function is part of what a person acknowledges.
TRIGGERS = """
SELECT t.tgrelid AS relation, t.tgname AS name, CAST(t.tgtype AS integer) AS bits, t.tgenabled <> 'D' AS
enabled,
       pg_get_triggerdef(t.oid) AS definition,
       CASE WHEN l.lanname IN ('c', 'internal') THEN '' ELSE p.prosrc END AS body,
       NULL AS rule_event, false AS instead
FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE t.tgrelid = ANY(CAST(:oids AS oid[])) AND NOT t.tgisinternal AND t.tgparentid = 0
UNION ALL
SELECT r.ev_class, r.rulename, 0, r.ev_enabled <> 'D', pg_get_ruledef(r.oid), '', CAST(r.ev_type AS text),
r.is_instead FROM pg_rewrite r WHERE r.ev_class = ANY(CAST(:oids AS oid[])) AND r.rulename <> '_RETURN' AND
r.ev_type <> '1' ORDER BY relation, name
"""

VIEW_SOURCES = """
SELECT DISTINCT r.ev_class AS relation, d.refobjid AS source
FROM pg_rewrite r
JOIN pg_depend d ON d.classid = CAST('pg_rewrite' AS regclass) AND d.objid = r.oid
  AND d.refclassid = CAST('pg_class' AS regclass)
WHERE r.ev_class = ANY(CAST(:oids AS oid[])) AND r.rulename = '_RETURN' AND d.refobjid <> r.ev_class
"""
