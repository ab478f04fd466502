"""`habeas check`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from habeas.cli.answer import DONE, NOT_DONE, Answer, wrong_use
from habeas.cli.options import HERE, PLAINLY, Output, Place
from habeas.cli.screen import Screen
from habeas.diagnostics import Refused, has_errors

if TYPE_CHECKING:
    from habeas.flows.comparing_checks import Base, Checked
    from habeas.flows.finding_identity import Identified

Format = Literal["human", "json", "sarif", "github"]


def check(
    *,
    format: Annotated[
        Format | None,
        Parameter(
            metavar="FORMAT",
            help="human; json (the same as --json); sarif, for code scanning; github, annotations in a pull request.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        Parameter(
            metavar="REF",
            help="Show and count only what isn't in this git revision of the map, or in the map of this folder.",
        ),
    ] = None,
    base_url: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="STORE=URL",
            help="With --base: a database with the former schema, so that what a migration brings is new too.",
        ),
    ] = (),
    offline: Annotated[
        bool, Parameter(help="Look at no database: check the files alone, and say so in the answer.")
    ] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Hold the map against the live databases; for CI.

    Reads catalogues and changes nothing. Exit code 1 where a finding is an error: changes that touch its tables
    are refused until it is mended. Warnings and notes refuse nothing.

    Example: `habeas check --base origin/main --format github`
    """
    from habeas.cli.session import workspace
    from habeas.flows.comparing_checks import check_against, check_identified

    if output.json and format not in (None, "json"):
        raise wrong_use("two-formats", f"--json and --format {format} exclude each other", fix="--format json")
    chosen: Format = "json" if output.json else format or "human"
    urls = _urls(base_url, base)
    try:
        with workspace(place, output) as opened:
            if base is None:
                checked = check_identified(opened, offline=offline)
            else:
                checked = check_against(opened, base, urls, offline=offline)
    except Refused as refused:
        if refused.usage or chosen not in ("sarif", "github"):
            raise
        return _refused(refused, chosen, place)
    document: dict[str, Any] = {"findings": [finding.as_json() for finding in checked.plain]}
    if checked.base is not None:
        document["base"] = checked.base.as_json()
    code = NOT_DONE if has_errors(checked.plain) else DONE
    if chosen == "human":
        return Answer(document, lambda screen: _show(screen, checked), code)
    return Answer(document, lambda screen: _print(screen, chosen, checked.findings, checked.base, place), code)


def _refused(refused: Refused, chosen: Format, place: Place) -> Answer:
    """A map or a database that can't be used at all, in the format that the job reads."""
    from habeas.datamap.positions import Positions
    from habeas.flows.finding_identity import identify

    found = identify(refused.findings, place.dir, Positions())
    document = {"status": refused.status, "findings": [finding.as_json() for finding in refused.findings]}
    return Answer(document, lambda screen: _print(screen, chosen, found, None, place), NOT_DONE)


def _show(screen: Screen, checked: Checked) -> None:
    from habeas.cli.show_findings import show_findings, tally

    show_findings(screen.out, checked.plain)
    style = "bold red" if has_errors(checked.plain) else "bold green"
    if checked.base is None:
        screen.out.print(tally(checked.plain), style=style)
    else:
        screen.out.print(f"new: {tally(checked.plain)}", style=style)
        screen.out.print(before_words(checked.base), soft_wrap=True)


def before_words(base: Base) -> str:
    """`before (origin/main, 26103ab): 3 errors, 1 warning, not shown; 2 are gone`."""
    counts = [f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in base.known.items() if count]
    name = base.name if base.commit is None or base.commit.startswith(base.name) else f"{base.name}, {base.commit[:9]}"
    gone = f"; {base.gone} {'is' if base.gone == 1 else 'are'} gone" if base.gone else ""
    return f"before ({name}): {', '.join(counts) or 'no finding'}{', not shown' if counts else ''}{gone}"


def _print(
    screen: Screen,
    chosen: Format,
    found: Sequence[Identified],
    base: Base | None,
    place: Place,
) -> None:
    """The answer as annotations or as SARIF. (JSON is printed by the door.)"""
    import os
    from pathlib import Path

    from habeas.flows.git_revisions import repository_root

    root = repository_root(place.dir) or Path(os.environ.get("GITHUB_WORKSPACE") or ".")
    if chosen == "github":
        from habeas.cli.show_annotations import annotation_lines
        from habeas.cli.show_findings import tally

        plain = [item.finding for item in found]
        for line in annotation_lines(plain, str(root)):
            screen.stdout.write(f"{line}\n")
        screen.stdout.write(f"{tally(plain)}\n" if base is None else f"new: {tally(plain)}\n{before_words(base)}\n")
    else:
        from importlib.metadata import version

        from habeas.cli.show_sarif import sarif_log

        default = (place.dir / "habeas.yaml").as_posix()
        log = sarif_log(found, version=version("habeas"), default_file=default, root=str(root), base=base)
        screen.stdout.write(json.dumps(log, indent=2, ensure_ascii=False) + "\n")


def _urls(given: tuple[str, ...], base: str | None) -> dict[str, str]:
    """`--base-url` by store."""
    if given and base is None:
        raise wrong_use("url-without-base", "--base-url says nothing without --base", fix="--base origin/main")
    urls = {}
    for text in given:
        store, separator, url = text.partition("=")
        if not separator or not store or not url:
            detail = "It names a store of the map and the database with its former schema."
            raise wrong_use(
                "bad-value", "--base-url can't be read", detail, "--base-url 'app=${APP_BASE_DATABASE_URL}'"
            )
        urls[store] = url
    return urls
