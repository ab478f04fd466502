"""What masks write, as SQL over the live row `x`: made inside the database, set by set; no row goes through us.

SQLite knows neither hashes nor regular expressions: it calls functions of ours, registered on the connection. The key
of hashes never stands in a statement: PostgreSQL reads it from a temporary table that COPY has filled.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from habeas.catalog.tables import TypeFamily
from habeas.program.program import WrittenValue

if TYPE_CHECKING:
    from habeas.stores.sql.working import Working

EMAIL_DOMAIN = "@example.com"  # RFC 2606: reserved, and it takes no mail
PHONE_PREFIX = "+888"  # a country code without subscribers, whose numbers are valid with eleven digits
KEY_TABLE = "habeas_mask_key"
_BLOCK = 64  # bytes of a block of SHA-256
_V4 = r"^((25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})$"
_H = "[0-9a-f]{1,4}"
_V6 = "|".join(
    [f"({_H}:){{7}}{_H}", f"({_H}:){{1,7}}:", f":(:{_H}){{1,7}}", "::"]
    + [f"({_H}:){{1,{7 - n}}}(:{_H}){{1,{n}}}" for n in range(1, 7)]
)
_V6 = f"^({_V6})$"


class MaskSql(ABC):
    """A dialect's expressions. `column` is SQL of the column (`x."email"`); NULL stays NULL but for random values."""

    @abstractmethod
    def prepare(self, work: Working) -> None:
        """Make ready what the expressions need, once a transaction."""

    @abstractmethod
    def phone(self) -> str:
        """A fresh random number: `+888` and eleven digits."""

    @abstractmethod
    def digest(self, column: str) -> str:
        """HMAC-SHA256 of the text under the run's mask key: 64 hexadecimal digits."""

    @abstractmethod
    def redact(self, column: str) -> str:
        """Every letter and digit an x, also beyond ASCII; blanks and ASCII signs stay."""

    @abstractmethod
    def year(self, column: str, value: WrittenValue) -> str:
        """The first moment of the year, in the column's type."""

    @abstractmethod
    def network(self, column: str, value: WrittenValue, otherwise: str) -> str:
        """The address of the /24 (IPv4) or /48 (IPv6) network; `otherwise` where it is no address."""

    def hash(self, column: str, value: WrittenValue) -> str:
        """The digest as the column holds it: cut to its length, or a UUID."""
        digest = self.digest(column)
        if value.family is TypeFamily.UUID:
            parts = (
                f"substr({digest}, {start}, {size})" for start, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
            )
            return f"({' || chr_ || '.join(parts)})".replace("chr_", "'-'")
        return f"substr({digest}, 1, {min(value.length or 64, 64)})"


class PostgresqlMasks(MaskSql):
    """PostgreSQL 13 and later."""

    _KEPT: ClassVar[str] = r"'[^\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]'"

    def prepare(self, work: Working) -> None:
        if KEY_TABLE in work.made:
            return
        inner, outer = _pads(_key_of(work))
        work.execute(f"CREATE TEMPORARY TABLE {KEY_TABLE} (i bytea, o bytea) ON COMMIT DROP")
        work.made.append(KEY_TABLE)
        work.insert_many(KEY_TABLE, ("i", "o"), [(inner, outer)])

    def phone(self) -> str:
        hexadecimal = "substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 18, 15)"
        number = f"CAST(CAST('x' || {hexadecimal} AS bit(60)) AS bigint)"
        return f"('{PHONE_PREFIX}' || lpad(CAST(mod({number}, 100000000000) AS text), 11, '0'))"

    def digest(self, column: str) -> str:
        inner = f"sha256((SELECT i FROM {KEY_TABLE}) || convert_to(CAST({column} AS text), 'UTF8'))"
        return f"encode(sha256((SELECT o FROM {KEY_TABLE}) || {inner}), 'hex')"

    def redact(self, column: str) -> str:
        return f"regexp_replace(CAST({column} AS text), {self._KEPT}, 'x', 'g')"

    def year(self, column: str, value: WrittenValue) -> str:
        return f"CAST(date_trunc('year', {column}) AS {value.type})"

    def network(self, column: str, value: WrittenValue, otherwise: str) -> str:
        if value.family is not TypeFamily.TEXT:
            width = f"CASE family({column}) WHEN 4 THEN 24 ELSE 48 END"
            return f"CAST(network(set_masklen({column}, least(masklen({column}), {width}))) AS {value.type})"
        text = f"CAST({column} AS text)"
        v6 = f"host(network(set_masklen(CAST({text} AS inet), 48)))"
        return (
            f"CASE WHEN {text} ~ '{_V4}' THEN regexp_replace({text}, '[0-9]+$', '0') "
            f"WHEN {text} ~* '{_V6}' THEN {v6} WHEN {column} IS NOT NULL THEN {otherwise} END"
        )


class SqliteMasks(MaskSql):
    """SQLite, with functions of ours."""

    def prepare(self, work: Working) -> None:
        connection = work.connection.connection.driver_connection
        assert connection is not None
        connection.create_function("habeas_digest", 1, partial(_digest, _key_of(work)), deterministic=True)
        connection.create_function("habeas_redact", 1, redacted, deterministic=True)
        connection.create_function("habeas_network", 1, network_of, deterministic=True)

    def phone(self) -> str:
        return f"('{PHONE_PREFIX}' || substr('0000000000' || abs(random() / 93), -11))"

    def digest(self, column: str) -> str:
        return f"habeas_digest({column})"

    def redact(self, column: str) -> str:
        return f"habeas_redact({column})"

    def year(self, column: str, value: WrittenValue) -> str:
        time = "' 00:00:00'" if value.family is TypeFamily.DATETIME else "''"
        return (
            f"CASE WHEN trim({column}) GLOB '[0-9][0-9][0-9][0-9]-*' THEN substr(trim({column}), 1, 4) || '-01-01' || {time} "
            f"WHEN {column} IS NOT NULL THEN '1970-01-01' || {time} END"
        )

    def network(self, column: str, value: WrittenValue, otherwise: str) -> str:
        return f"CASE WHEN {column} IS NOT NULL THEN coalesce(habeas_network({column}), {otherwise}) END"


def expression(work: Working, table: str, value: WrittenValue) -> str:
    """SQL of what the mask writes over the column in the live row `x`; a token in text is that of the new values `n`."""
    dialect, masks = work.dialect, MASKS[work.dialect.name]
    column = work.column("x", value.column)
    match value.kind:
        case "token" if value.family is TypeFamily.TEXT:
            return dialect.shorten_token("n.token", value.length)
        case "token" if value.family is TypeFamily.UUID:
            return dialect.random_uuid()
        case "token":
            return dialect.random_negative_integer(value.type)
        case "email":
            local = None if value.length is None else value.length - len(EMAIL_DOMAIN)
            return f"({dialect.shorten_token('n.token', local)} || '{EMAIL_DOMAIN}')"
        case "phone":
            return masks.phone()
        case "hash":
            hashed = masks.hash(column, value)
            return f"CAST({hashed} AS uuid)" if work.postgresql and value.family is TypeFamily.UUID else hashed
        case "redact":
            return masks.redact(column)
        case "year":
            return masks.year(column, value)
        case "network":
            return masks.network(column, value, "NULL" if value.value is None else f"'{value.value}'")
    raise AssertionError(f"{table}.{value.column}: no mask is called {value.kind}")


def needs_preparing(value: WrittenValue, *, postgresql: bool) -> bool:
    """Whether `prepare` must have run before the mask's expression."""
    return value.kind == "hash" or (not postgresql and value.kind in ("redact", "network"))


def redacted(value: object) -> str | None:
    """Every letter and digit an x, also beyond ASCII; blanks and ASCII signs stay. None stays None."""
    if value is None:
        return None
    return "".join("x" if letter.isalnum() or letter > "\x7f" else letter for letter in str(value))


def network_of(value: object) -> str | None:
    """The network of a plain IPv4 (/24) or IPv6 (/48) address; None where the text is none."""
    text = str(value)
    if re.match(_V4, text):
        return text.rpartition(".")[0] + ".0"
    if not re.match(_V6, text, re.IGNORECASE):
        return None
    return str(ipaddress.ip_network(f"{text}/48", strict=False).network_address)


def _digest(key: bytes, value: object) -> str | None:
    return None if value is None else hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer key of HMAC (RFC 2104), each as long as a block."""
    block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def _key_of(work: Working) -> bytes:
    if work.mask_key is None:
        raise RuntimeError("a run that masks was opened without the mask key")
    return work.mask_key


MASKS: dict[str, MaskSql] = {"postgresql": PostgresqlMasks(), "sqlite": SqliteMasks()}
