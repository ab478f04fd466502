"""The README of a demo folder: who is in the company, and what to try, made from the characters and the walk."""

from __future__ import annotations

from habeas.demo.characters import CHARACTERS, NORA_USER_ID
from habeas.demo.walk import CERTIFICATE, NEXT, STEPS

_HEAD = """# A company to try habeas on

`app.db` is the SQLite database of Lantern, an invented vendor of customer-success software: {people} contacts of
several Customers, and everything that was ever written about them (`--people {people} --seed {seed}`). Nobody in it
exists. `habeas/` is its reviewed map: read `habeas/app.yaml` first, it explains itself.

Run the commands in this folder. `habeas demo .` lays it out anew; a map that you have changed is never overwritten.

## What to try
"""


def readme(people: int, seed: int) -> str:
    """The page as Markdown."""
    parts = [_HEAD.format(people=people, seed=seed)]
    for number, step in enumerate(STEPS, 1):
        command = step.command.replace(CERTIFICATE, "certificates/*.json")
        answer = "" if step.exit_code == 0 else f" (Exit code {step.exit_code}.)"
        parts.append(f"{number}. **{step.title}** {step.why}\n   ```\n   {command}\n   ```\n   {step.look}{answer}\n")
    parts.append("## Who is who\n")
    parts.append("| contact | Customer | address | story |\n|---|---|---|---|")
    parts += [f"| {c.id} {c.full_name} | {c.account_id} | `{c.email}` | {c.story} |" for c in CHARACTERS]
    parts.append(f"\nUser {NORA_USER_ID}, Nora Schäfer, is staff of Customer 7 under the address of contact 13.\n")
    parts.append("## On your own database\n```")
    width = max(len(n.command) for n in NEXT)
    parts += [f"{n.command:{width}}   # {n.what}" for n in NEXT]
    parts.append("```\n")
    return "\n".join(parts)
