"""Django models: `habeas = {…}` on the model, `[habeas: CATEGORY]` in a field's `help_text`, kinds of fields, and `on_delete`.

`on_delete=CASCADE` says that the row goes with the one referred to: `owned_by`. With every other `on_delete` it is asked
whose the row is, in the words of `verbose_name`. The rows of an automatic many-to-many table go with either side.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from habeas.datamap.model import EdgeKind
from habeas.diagnostics import Finding, Refused, error, note
from habeas.importing.python_modules import import_module
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable
from habeas.importing.tags import Tags, read_tags

_IN_HELP = re.compile(r"\[habeas:\s*([a-z_.]+)\s*\]")
# Fields whose class says what they hold; names say more, and `habeas init` reads those.
_BY_CLASS = {"EmailField": "user.contact.email", "GenericIPAddressField": "user.device.ip_address"}


def read_django(settings: str, apps: tuple[str, ...] = ()) -> Said:
    """What the models of the installed applications say (of those labelled `apps`, if any are named).

    `settings` is the settings module. Raises Refused where Django isn't installed, the settings can't be loaded, or an
    application isn't installed; no database is connected to.
    """
    try:
        import django  # type: ignore[import-untyped,unused-ignore]
        from django.apps import apps as registry  # type: ignore[import-untyped,unused-ignore]
    except ModuleNotFoundError:
        detail = "habeas doesn't bring it along: run it in the application's own environment."
        raise Refused(error("django-missing", "Django isn't installed here", detail, "pip install django")) from None
    import_module(settings)
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    try:
        django.setup()
    except Exception as fault:
        detail = (
            f"django.setup() ends with {type(fault).__name__}. Its words aren't shown, since they may quote a setting."
        )
        raise Refused(error("django-setup", f"Django can't start with {settings[:120]}", detail)) from None
    labels = [config.label for config in registry.get_app_configs()]
    for label in apps:
        if label not in labels:
            detail = f"Installed: {', '.join(labels)}."
            raise Refused(error("unknown-app", f"no application is labelled {label[:80]}", detail), usage=True)
    findings: list[Finding] = []
    tables = [
        _table(model, findings)
        for model in registry.get_models(include_auto_created=True)
        if not model._meta.proxy and (not apps or model._meta.app_label in apps)
    ]
    return Said("django", tuple(tables), tuple(findings))


def _table(model: Any, findings: list[Finding]) -> SaidTable:
    meta = model._meta
    written = vars(model).get("habeas")
    said: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
    columns: list[SaidColumn] = []
    edges: list[SaidEdge] = []
    for field in meta.local_fields:
        tags = read_tags({"habeas": said.get(field.name)})
        if field.remote_field is not None and field.related_model is not None:
            edges.append(_edge(field, tags, meta))
        categories = tags.categories or _of_field(field)
        if categories or tags.identity:
            columns.append(SaidColumn(field.column, categories, False, tags.identity, tags.provided))
    for field in meta.private_fields:
        if hasattr(field, "ct_field"):
            detail = "Generic keys (content_type_id) are not carried out yet: docs/roadmap.md."
            summary = f"{meta.db_table}.{field.name} refers to rows of several models"
            findings.append(note("generic-key", summary, detail, tables=[meta.db_table]))
    return SaidTable(meta.db_table, None, tuple(columns), tuple(edges), read_tags({"habeas": said}).not_personal)


def _of_field(field: Any) -> tuple[str, ...]:
    marked = _IN_HELP.search(str(field.help_text))
    if marked:
        return (marked[1],)
    found = (_BY_CLASS.get(kind.__name__) for kind in type(field).__mro__)
    return tuple(category for category in found if category)[:1]


def _edge(field: Any, tags: Tags, meta: Any) -> SaidEdge:
    target = field.related_model._meta
    action = getattr(field.remote_field.on_delete, "__name__", "")
    kind = tags.edge_as or (EdgeKind.OWNED_BY if action == "CASCADE" else None)
    asked = ""
    if kind is None:
        asked = f"{meta.verbose_name}: {field.verbose_name} (on_delete={action or 'a function'}). Whose is the row?"
    along = bool(meta.auto_created) and kind is EdgeKind.OWNED_BY
    return SaidEdge((field.column,), target.db_table, (field.target_field.column,), None, kind, asked, along)
