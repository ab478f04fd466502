"""Paths of leaves in a JSON column: the part of SQL/JSON's path language that habeas follows.

    $.work.mail   $.phones[*].number   $."a name.with dots".x   $[*].mail

`.name` goes into an object by its key, `[*]` into every element of a list. As in SQL/JSON's lax mode, a list on the way
is gone through whether `[*]` stands there or not, and `[*]` of what is no list is the value itself: a document that
holds one telephone or several is covered by one path. Places in a list (`[0]`), wildcards of names, recursion and
filters are no part of it.
"""

from __future__ import annotations

import re

#: A path's steps: a key of an object, or None for every element of a list.
Steps = tuple[str | None, ...]

_STEP = re.compile(r"""\.(?P<plain>[^.\[\]"'*$@?()\\\s:]+)|\."(?P<quoted>[^"\\]+)"|(?P<each>\[\*\])""")


def parse_path(path: str) -> Steps | None:
    """The steps of a path, at least one; None for a text that is no path of this language."""
    if not path.startswith("$"):
        return None
    steps: list[str | None] = []
    at = 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        steps.append(None if step["each"] else step["plain"] or step["quoted"])
        at = step.end()
    return tuple(steps) or None


def object_keys(steps: Steps) -> tuple[str, ...] | None:
    """The keys of a path that goes through objects alone; None if it goes through a list."""
    keys = tuple(step for step in steps if step is not None)
    return keys if len(keys) == len(steps) else None


def below(steps: Steps) -> Steps:
    """What is left of a path inside an element of a list."""
    return steps[1:] if steps and steps[0] is None else steps


def without_lists(steps: Steps) -> Steps:
    """The path from a value that is no list: `[*]` of it is the value itself."""
    while steps and steps[0] is None:
        steps = steps[1:]
    return steps
