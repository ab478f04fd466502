"""What people write beside a column in free mappings: dbt's `meta`, SQLAlchemy's `info`, a Django model's `habeas`.

The key `habeas` is ours: a category, or a mapping of `category`, `identity`, `provided`, `edge: {to, as}` and, of a table,
`not_personal`. Beside it the usual words are understood: `data_category`, `data_categories` (also below `fides`), and
`pii`, `contains_pii`, `personal_data` as yes or no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from habeas.datamap.model import EdgeKind

_PERSONAL = ("pii", "contains_pii", "is_pii", "personal_data")


@dataclass(frozen=True, slots=True)
class Tags:
    """What one mapping says. `edge_to` is `TABLE.COLUMN` as written."""

    categories: tuple[str, ...] = ()
    personal: bool = False
    identity: str | None = None
    provided: bool = False
    edge_to: str | None = None
    edge_as: EdgeKind | None = None
    not_personal: str | None = None

    @property
    def says_column(self) -> bool:
        """Whether anything is said of the column itself."""
        return bool(self.categories or self.personal or self.identity)


def read_tags(meta: Any) -> Tags:
    """The tags of a mapping; anything else says nothing. Words that mean nothing here are passed over."""
    if not isinstance(meta, Mapping):
        return Tags()
    ours = meta.get("habeas")
    said: Mapping[str, Any] = ours if isinstance(ours, Mapping) else {}
    categories = _texts(ours) if isinstance(ours, str) else _texts(said.get("category"))
    fides = meta.get("fides")
    for holder in (meta, fides if isinstance(fides, Mapping) else {}):
        for key in ("data_category", "data_categories"):
            categories += _texts(holder.get(key))
    edge = said.get("edge")
    written: Mapping[str, Any] = edge if isinstance(edge, Mapping) else {"as": edge} if isinstance(edge, str) else {}
    return Tags(
        categories=tuple(dict.fromkeys(categories)),
        personal=any(meta.get(key) is True or str(meta.get(key)).lower() in ("true", "yes") for key in _PERSONAL),
        identity=_text(said.get("identity")),
        provided=said.get("provided") is True,
        edge_to=_text(written.get("to")),
        edge_as=_kind(written.get("as")),
        not_personal=_text(said.get("not_personal")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, (list, tuple)) else ()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _kind(value: Any) -> EdgeKind | None:
    return EdgeKind(value) if value in list(EdgeKind) else None
