"""`map draw`: the map as a picture, for a review, a README or a wiki."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.datamap.positions import shown
from habeas.diagnostics import Finding, Refused, error, warning
from habeas.drawing.links import catalog_of_map
from habeas.drawing.picture import Picture, lay_out
from habeas.drawing.svg import draw
from habeas.flows.map_files import write_text
from habeas.flows.workspace import Workspace


@dataclass(frozen=True)
class DrawOutcome:
    """The file, and what is on it."""

    file: str
    pictures: tuple[Picture, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "picture": self.file,
            "stores": [
                {
                    "store": picture.store,
                    "tables": picture.tables,
                    "panels": [
                        {"title": panel.title, "tables": [placed.card.ref for placed in panel.block.cards]}
                        for panel in picture.panels
                    ],
                }
                for picture in self.pictures
            ],
            "findings": [finding.as_json() for finding in self.findings],
        }


def draw_map(workspace: Workspace, out: Path, store: str | None = None, *, offline: bool = False) -> DrawOutcome:
    """Draw the stores of the map (one of them, if named) into the file `out`, which is replaced.

    The live schema tells where edges lead that name no target; `offline` draws what the map says by itself, and names
    edges that it can't follow in findings. Raises Refused for an unknown store and a database that can't be reached.
    """
    stores = workspace.company.stores
    if store is not None and store not in stores:
        detail = f"The map has {', '.join(stores)}."
        raise Refused(error("unknown-store", f"the map has no store {store[:80]}", detail), usage=True)
    pictures: list[Picture] = []
    findings: list[Finding] = []
    for name, found in stores.items():
        if store not in (None, name):
            continue
        catalog = catalog_of_map(found) if offline else next(s for s in workspace.stores if s.name == name).catalog
        picture = lay_out(found, workspace.company.policy, catalog)
        pictures.append(picture)
        for label in picture.unknown:
            why = "Without the database" if offline else "In the map"
            detail = f"{why} nothing says which table it leads to. habeas check names what is wrong with an edge."
            edge = label.split(" (")[0].rsplit(".", 1)
            position = workspace.positions.of(name, ("tables", edge[0], "edges", edge[1]))
            summary = f"the edge {label} of {name} is not drawn"
            findings.append(warning("edge-not-drawn", summary, detail, "to: TABLE.COLUMN", [edge[0]]).at(position))
    write_text(out, draw(pictures, workspace.company.policy.organization))
    return DrawOutcome(shown(out), tuple(pictures), tuple(findings))
