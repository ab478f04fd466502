"""What else is kept of a contact: tasks, calls, notes, custom fields, scores, documents, the audit trail, meetings."""

from __future__ import annotations

import json

from habeas.demo import texts
from habeas.demo.conversations import attach, note, somebody_else, tag
from habeas.demo.dates import day, moment, some_day
from habeas.demo.loading import Writer
from habeas.demo.people import Person, Team, browser, ip

_ACTIONS = ("contact.viewed", "contact.updated", "portal.login", "export.started", "password.reset")
_SCORES = 5  # a month each


def act(writer: Writer, team: Team, person: Person) -> None:
    """Rows of one contact."""
    rng = person.rng
    staff = team.staff[int(rng.random() * len(team.staff))]
    _tasks(writer, team, person)
    _calls(writer, team, person)
    _documents(writer, team, person)
    for count in range(person.how_many(3)):
        number = note(rng, writer, team, "Contact", person.id, person)
        if count == 2:
            attach(rng, writer, team, "Note", number, "User", staff)
    start = int(rng.random() * len(team.tags))
    for offset in range(person.how_many(3)):
        tag(rng, writer, team, "Contact", person.id, some_day(rng, person.age), start + offset)
    for field in team.fields[: person.how_many(3)]:
        value = json.dumps(int(rng.random() * 50) if field % 3 else f"as {person.given} likes it", ensure_ascii=False)
        writer.add("custom_field_values", field, person.id, value, moment(rng, some_day(rng, person.age)))
    for month in range(_SCORES):
        score = int(rng.random() * 101)
        why = f"{person.full_name} was last seen {int(rng.random() * 60)} days before" if score < 40 else None
        writer.put("health_scores", person.id, day(30 * month), score, why)
    for _ in range(person.how_many(2)):
        wording = f"{person.full_name} is waiting for an answer"
        writer.add(
            "notifications", staff.id, "Contact", person.id, wording, None, moment(rng, some_day(rng, person.age))
        )
    for _ in range(1 + person.how_many(12)):
        details = json.dumps({"contact": person.email, "via": "portal"}, ensure_ascii=False)
        writer.add(
            "audit_events", team.id, "Contact", person.id, person.email, _ACTIONS[int(rng.random() * len(_ACTIONS))],
            ip(rng), browser(rng), details, moment(rng, some_day(rng, person.age)),
        )  # fmt: skip


def _tasks(writer: Writer, team: Team, person: Person) -> None:
    rng = person.rng
    for count in range(person.how_many(3)):
        assignee = team.staff[int(rng.random() * len(team.staff))]
        creator = team.staff[int(rng.random() * len(team.staff))]
        ago = some_day(rng, person.age)
        description = texts.write(
            rng, texts.REMARK, "en", me=person.full_name, given=person.given,
            other=somebody_else(rng, team, person).full_name,
        )  # fmt: skip
        writer.add(
            "tasks", team.id, person.id, assignee.id, creator.id, f"Call {person.full_name}", description, day(ago),
            moment(rng, ago) if count else None,
        )  # fmt: skip


def _calls(writer: Writer, team: Team, person: Person) -> None:
    rng = person.rng
    for count in range(person.how_many(3)):
        colleague = team.staff[int(rng.random() * len(team.staff))]
        said = texts.write(rng, texts.QUESTION, person.language, me=person.full_name, given=person.given)
        writer.add(
            "phone_calls", team.id, person.id, colleague.id, "out" if count else "in", person.phone,
            20 + int(rng.random() * 900), f"{person.full_name}: {said}", moment(rng, some_day(rng, person.age)),
        )  # fmt: skip


def _documents(writer: Writer, team: Team, person: Person) -> None:
    rng = person.rng
    previous = None
    for version in range(person.how_many(2)):
        author = team.staff[int(rng.random() * len(team.staff))]
        at = moment(rng, person.age - version)
        previous = writer.add(
            "documents", team.id, person.id, previous, author.id, f"Agreement, version {version + 1}",
            f"Agreement between {team.name} and {person.full_name}, {person.address}.", person.full_name, at, at,
        )  # fmt: skip


def meet(writer: Writer, team: Team, people: list[Person], title: str) -> int:
    """A meeting: it belongs to everyone who takes part, and goes with the last of them."""
    rng = people[0].rng
    organizer = team.staff[int(rng.random() * len(team.staff))]
    # A shared meeting outlives who leaves, and so its agenda names nobody.
    agenda = "State of the project, next steps."
    if len(people) == 1:
        agenda = f"With {people[0].full_name}: {agenda}"
    number = writer.add(
        "meetings", team.id, organizer.id, title, agenda, "online", moment(rng, some_day(rng, people[0].age)),
        15 * (1 + int(rng.random() * 6)),
    )  # fmt: skip
    for person in people:
        response = ("accepted", "declined", "tentative")[int(rng.random() * 3)]
        writer.add("meeting_participants", number, person.id, person.full_name, person.email, response)
    return number


def meetings(writer: Writer, team: Team, person: Person) -> None:
    """Meetings of one contact, some with others."""
    rng = person.rng
    for _ in range(person.how_many(2)):
        invited = {person.id: person}
        if person.character is None:
            for _ in range(int(rng.random() * 4)):
                other = somebody_else(rng, team, person)
                invited[other.id] = other
        meet(writer, team, list(invited.values()), "Review" if len(invited) > 1 else f"Talk with {person.full_name}")
