"""Imports somebody's Python module, and says in a finding what hindered it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from habeas.diagnostics import Finding, Refused, error


def import_module(name: str) -> ModuleType:
    """The module, looked for in the current folder too. Its code runs, as it does in the application.

    Raises Refused where it can't be imported; the exception's own words aren't shown, since they may quote a setting.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as fault:
        raise Refused(_failed(name, f"The module {fault.name} isn't installed here.")) from None
    except Exception as fault:
        raise Refused(_failed(name, f"It ends with {type(fault).__name__}.")) from None


def _failed(name: str, why: str) -> Finding:
    detail = f"{why} Run habeas in the application's own environment, in the folder from which the application starts."
    return error(
        "module-not-imported", f"the module {name[:120]} can't be imported", detail, f'python -c "import {name[:120]}"'
    )
