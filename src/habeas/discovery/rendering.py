"""A proposal as YAML text that a person reads from top to bottom: short entries on one line, a blank line between
tables, estimates and hints as comments, and what `proposed` and `ask` mean at the head."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from habeas.discovery.proposing import Proposal
from habeas.discovery.questions import Place

_LONGEST_LINE = 110
_NEVER = 1_000_000  # a line is broken where this module says so, not where the writer of YAML likes
_STORE_HEAD = """\
# What habeas found in this store, for a person to review. habeas changes nothing while anything is open.
#   proposed: RULE   a guess, and the rule that made it. True? Delete `proposed`, or run: habeas accept TABLE[.COLUMN]
#   ask: …           a question that no rule could decide. Write the answer (see choices) and delete `ask`.
# Ownership is read from the row with the column: owned_by (goes with the row referred to), owns (that row goes with
# this one), accessed_by and accesses (only shown in a copy), lookup (no right).
"""
_LOCATION_HINT = "# location: {country: DE, region: eu-central-1, provider: aws}   # where the store is kept\n"
_POLICY_HEAD = """\
# What holds for all stores of the company. Fill in the two empty names: packages and certificates bear them.
"""
_POLICY_TAIL = """\

# Why rows may stay although somebody asks for their erasure. Ask whoever keeps your books for the period.
# grounds:
#   accounting: {for: 7 years, citation: the law that asks for it}

# Countries or regions in which data may be kept.
# places: [DE, eu-central-1]

# What counts as personal where the law leaves room: init proposes and check warns by it. These are the defaults.
# discovery: {activity: true, business_addresses: false, staff_fields: true, ids: false}

# Places that no run of habeas reaches: certificates name them, with the day on which they forget.
# elsewhere:
#   backups: {owner: operations, deletion: snapshots expire, longest: 35 days}
#   logs: {owner: operations, deletion: rotation, longest: 30 days}
#   mailboxes: {owner: support, deletion: by hand, longest: 2 years}
"""


def render_store(proposal: Proposal) -> str:
    """The store's file. Reading it back gives `proposal.document` exactly."""
    root = _styled(proposal.document, (), proposal.comments)
    lines: list[str] = []
    section = ""
    for line in _dump(root).splitlines():
        top = re.match(r"([a-z_]+):", line)
        if top is not None:
            section = top[1]
            if section in ("customers", "people", "tables"):
                lines.append("")
        elif section == "tables" and re.match(r"  \S", line) and lines[-1] != "tables:":
            lines.append("")
        lines.append(line)
        if section == "url":
            lines.append(_LOCATION_HINT.rstrip())
    return _STORE_HEAD + "\n".join(lines) + "\n"


def render_policy(policy: Mapping[str, Any]) -> str:
    """`habeas.yaml`, with examples of what it may say as comments. Reading it back gives `policy` exactly."""
    return _POLICY_HEAD + _dump(_styled(policy, (), {}, flow=False)) + _POLICY_TAIL


def _dump(root: Any) -> str:
    yaml = YAML()
    yaml.width = _NEVER
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(root, stream)
    return stream.getvalue()


def _styled(value: Any, place: Place, comments: Mapping[Place, str], flow: bool = True) -> Any:
    """The value as ruamel's own kinds: entries without a question that fit on a line are written on one."""
    if isinstance(value, Mapping):
        node = CommentedMap()
        for key, inner in value.items():
            node[key] = _styled(inner, (*place, str(key)), comments, flow)
        for key in value:
            remark = comments.get((*place, str(key)))
            if remark is not None:
                node.yaml_add_eol_comment(remark, key)
        short = flow and len(place) > 1 and _fits(value, place, comments)
        if short or not value:
            node.fa.set_flow_style()
        return node
    if isinstance(value, list):
        items = CommentedSeq(_styled(inner, place, comments, flow) for inner in value)
        if place[-1:] != ("choices",):
            items.fa.set_flow_style()
        return items
    return value


def _fits(value: Mapping[Any, Any], place: Place, comments: Mapping[Place, str]) -> bool:
    """Whether an entry may stand on one line: a leaf of the map, short, and nothing in it to answer."""
    if "ask" in value or any("ask" in inner for inner in value.values() if isinstance(inner, Mapping)):
        return False
    inside = len(place) + 1
    if any(len(key) >= inside and key[: len(place)] == place for key in comments if key != place):
        return False
    depth = {"tables": 4, "people": 2, "customers": 1}.get(place[0], 9)
    is_entry = len(place) >= depth or place[-1] == "customer" or (len(place) == 2 and "not_personal" in value)
    return is_entry and len(str(value)) <= _LONGEST_LINE
