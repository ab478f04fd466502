"""A store's URL: variables are filled in here and nowhere else, and no message ever holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from habeas.datamap.model import StoreMap
from habeas.datamap.positions import KeyPath, nearest
from habeas.diagnostics import Finding, Position, Refused, error

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# A password stands between the first colon after `//` and the last `@` (as drivers read it: it may hold a `/`).
_LOGIN = re.compile(r"^[^:/?#]+://[^:/]*:(?P<password>.*)@[^@]*\Z", re.DOTALL)
_SECRET_OPTION = re.compile(r"[?&](?:password|passwd|pwd|sslpassword)=(?P<value>[^&#]*)", re.IGNORECASE)


def expand_url(store: StoreMap, environment: Mapping[str, str]) -> str:
    """The URL to connect to, with every `${NAME}` taken from `environment`.

    Relative SQLite paths (`sqlite:///app.db`) stay relative to the current folder. `${HABEAS_MAP}` is the map
    folder's absolute path if the caller puts it into `environment`. Raises Refused where a variable is missing or
    empty (`variable-missing`) or a `${` isn't a variable (`bad-variable`); the message names variables, never values.
    """
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not _NAME.match(name):
            raise Refused(_bad_variable(store))
        found = environment.get(name, "")
        if not found:
            missing.append(name)
        return found

    url = _VARIABLE.sub(value, store.url)
    if missing:
        names = list(dict.fromkeys(missing))
        raise Refused(
            *(
                error(
                    "variable-missing",
                    f"the environment variable {name} isn't set",
                    f"The url of store {store.store} is made from it.",
                    f"export {name}=…",
                )
                for name in names
            )
        )
    if "${" in _VARIABLE.sub("", store.url):
        raise Refused(_bad_variable(store))
    return url


def password_findings(url: Any, places: Mapping[KeyPath, Position]) -> list[Finding]:
    """The finding about a password that is written out in a store's url; the finding doesn't repeat it."""
    if not isinstance(url, str) or not has_password(url):
        return []
    return [
        error(
            "password-in-url",
            "a password is written in the url",
            "The map is kept beside the code, where everybody reads it and history never forgets. "
            "Change that password, since it has been seen.",
            "url: ${APP_DATABASE_URL}",
        ).at(nearest(places, ("url",)))
    ]


def has_password(url: str) -> bool:
    """Whether a URL holds a password in letters; one that is a `${VARIABLE}` as a whole doesn't count."""
    # A variable's own text must not be taken for a URL's delimiters.
    plain = _VARIABLE.sub("\0", url)
    match = _LOGIN.match(plain)
    if match is not None and match["password"].strip("\0"):
        return True
    return any(option["value"].strip("\0") for option in _SECRET_OPTION.finditer(plain))


def _bad_variable(store: StoreMap) -> Finding:
    return error(
        "bad-variable",
        f"the url of store {store.store} holds a ${{ that is no variable",
        "A variable is ${NAME}: letters, digits and underscores between the braces.",
        "url: ${APP_DATABASE_URL}",
    )
