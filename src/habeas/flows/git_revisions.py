"""A folder as it was in a git revision, laid out beside the working tree, which is not touched."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from habeas.datamap.positions import shown
from habeas.diagnostics import Refused, error

_YAML = (".yaml", ".yml")
_SECONDS = 60  # git reads local objects alone; longer than this means that it waits for something


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit to compare with: its full name, and whether the folder stood in it."""

    commit: str
    has_folder: bool


def lay_out_revision(folder: Path, revision: str, into: Path) -> Revision:
    """Write the YAML files that `folder` held where the working tree left `revision` into the folder `into`.

    What is compared is the merge base of `revision` and HEAD (as `git diff REVISION...HEAD` does), so that what
    others have mended on the branch since doesn't count as broken here; the revision itself, where the history at
    hand shows none. Raises Refused (wrong use) outside a repository, and for a revision that git doesn't know.
    """
    inside = folder if folder.is_dir() else folder.parent
    prefix = _git(inside, "rev-parse", "--show-prefix")
    if prefix is None:
        detail = "--base compares with a revision of the repository that holds the map."
        raise Refused(
            error("no-repository", f"{shown(folder)} lies in no git repository", detail, "--base FOLDER"), usage=True
        )
    commit = _git(inside, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        detail = (
            f"Neither a revision of the repository nor a folder with a habeas.yaml is called {revision[:80]}. "
            "A shallow clone knows few revisions: let the checkout fetch all of them (fetch-depth: 0)."
        )
        raise Refused(error("unknown-revision", "--base names nothing that is known here", detail), usage=True)
    base = (_git(inside, "merge-base", commit.strip(), "HEAD") or commit).strip().splitlines()[0]
    root = PurePosixPath(prefix.rstrip("\n"))
    if inside != folder:
        root /= folder.name
    listed = _git(inside, "ls-tree", "-r", "-z", "--full-tree", base, "--", f"{root}/") if str(root) != "." else None
    if str(root) == ".":  # the map's folder is the repository's own
        listed = _git(inside, "ls-tree", "-r", "-z", "--full-tree", base)
    names = [entry.partition("\t")[2] for entry in (listed or "").split("\0") if entry]
    for name in names:
        path = PurePosixPath(name)
        if path.suffix not in _YAML:
            continue
        relative = path.relative_to(root) if str(root) != "." else path
        held = _git_bytes(inside, "cat-file", "blob", f"{base}:{name}")
        if held is not None:
            target = into / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(held)
    return Revision(base, bool(names))


def repository_root(folder: Path) -> Path | None:
    """The top folder of the working tree that holds `folder`, found without git: the nearest one with a `.git`."""
    here = folder.resolve()
    return next((at for at in (here, *here.parents) if (at / ".git").exists()), None)


def _git(folder: Path, *arguments: str) -> str | None:
    out = _git_bytes(folder, *arguments)
    return None if out is None else out.decode("utf-8", "surrogateescape")


def _git_bytes(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails. Raises Refused where there is no git."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell; what is given stands behind --end-of-options
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - whichever git the person uses
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        detail = "--base with a revision reads it through git. A folder with the former map does without."
        raise Refused(error("no-git", "the program git isn't here", detail, "--base FOLDER")) from None
    except subprocess.TimeoutExpired:
        raise Refused(error("git-waits", f"git did not answer within {_SECONDS} seconds")) from None
    return done.stdout if done.returncode == 0 else None
