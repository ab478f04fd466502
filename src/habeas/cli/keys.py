"""`habeas keys`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, wrong_use
from habeas.cli.options import HERE, PLAINLY, Output, Place, environment
from habeas.cli.screen import Screen


def keys(
    *,
    create: Annotated[bool, Parameter(help="Make a master and a signing key where there are none.")] = False,
    rotate: Annotated[
        bool, Parameter(help="Put new keys before the present ones; those go on opening and verifying.")
    ] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Show the keys that seal and sign, without their secrets.

    Master keys seal identities, signing keys (Ed25519) sign certificates. Give the printed public key to whoever
    checks certificates. Keys come from HABEAS_KEY, HABEAS_KEY_FILE, or `.habeas/` beside the map's folder.

    Example: `habeas keys --create`
    """
    from habeas.cli.show_findings import show_findings
    from habeas.flows.keys import keys as flow

    if create and rotate:
        raise wrong_use("create-or-rotate", "--create and --rotate are given together", fix="habeas keys --rotate")
    outcome = flow(place.dir, environment(), create=create, rotate=rotate)

    def view(screen: Screen) -> None:
        show_findings(screen.err, outcome.findings)
        for kind, ids in (("master", outcome.masters), ("signing", outcome.signing)):
            for number, key in enumerate(ids):
                screen.out.print(f"{kind:<8} {key}  {'in use' if number == 0 else 'opens and verifies what it made'}")
        screen.out.print()
        screen.out.print(outcome.public_pem.strip(), soft_wrap=True)

    return Answer(outcome.as_json(), view)
