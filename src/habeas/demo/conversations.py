"""Conversations with everything that hangs on them: messages of several kinds of senders, attachments, notes, tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from habeas.demo import texts
from habeas.demo.dates import moment, some_day
from habeas.demo.loading import Writer
from habeas.demo.people import Colleague, Person, Team

_CHANNELS = ("email", "chat", "phone", "portal")


@dataclass(slots=True)
class Conversation:
    """A conversation that is being written; `close` writes its own row, when its messages are counted."""

    writer: Writer
    team: Team
    owner: Person
    assignee: Colleague
    ago: int
    id: int = 0
    messages: int = 0
    ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.writer.new_id("conversations")

    def from_contact(self, rng: Random, person: Person, body: str) -> int:
        """A contact's message."""
        return self._message(rng, "Contact", person.id, person.full_name, body, False)

    def from_staff(self, rng: Random, colleague: Colleague, body: str, internal: bool = False) -> int:
        """A message of the staff; an internal one is not sent."""
        return self._message(rng, "User", colleague.id, colleague.name, body, internal)

    def _message(self, rng: Random, kind: str, number: int, name: str, body: str, internal: bool) -> int:
        self.messages += 1
        at = moment(rng, self.ago - self.messages // 3)
        return self.writer.add("messages", self.id, kind, number, name, body, internal, at)

    def close(self, rng: Random, subject: str) -> int:
        """Write the conversation's own row."""
        is_open = self.ago < 20
        gone = self.owner.character is None and rng.random() < 0.02  # in the bin: a soft delete erases nothing
        self.writer.put(
            "conversations", self.id, self.team.id, self.owner.id, self.assignee.id, _CHANNELS[self.id % 4], subject,
            "open" if is_open else "closed", self.messages, moment(rng, self.ago),
            None if is_open else moment(rng, self.ago - 4), moment(rng, self.ago - 5) if gone else None,
        )  # fmt: skip
        return self.id


def somebody_else(rng: Random, team: Team, person: Person) -> Person:
    """Another ordinary contact of the Customer (the person, if there is none)."""
    for _ in range(4):
        other = team.people[int(rng.random() * len(team.people))]
        if other.id != person.id:
            return other
    return person


def converse(writer: Writer, team: Team, person: Person) -> None:
    """What a contact wrote and was answered."""
    rng = person.rng
    for _ in range(person.how_many(4)):
        staff = team.staff[int(rng.random() * len(team.staff))]
        talk = Conversation(writer, team, person, staff, some_day(rng, person.age))
        talk.from_contact(rng, person, _text(rng, texts.QUESTION, person))
        for turn in range(1 + person.how_many(6)):
            if turn % 2 == 0:
                talk.from_staff(rng, staff, _text(rng, texts.ANSWER, person, staff=staff.name))
            else:
                first = talk.from_contact(rng, person, _contact_text(rng, team, person))
                if person.how_many(5) == 5:
                    attach(rng, writer, team, "Message", first, "Contact", person)
        if rng.random() < 0.3:
            remark = _text(rng, texts.REMARK, person, other=somebody_else(rng, team, person).full_name)
            talk.from_staff(rng, staff, remark, internal=True)
        if person.character is None and rng.random() < 0.08:
            _join(rng, talk, somebody_else(rng, team, person))
        number = talk.close(rng, _text(rng, texts.SUBJECT, person))
        if rng.random() < 0.3:
            tag(rng, writer, team, "Conversation", number, talk.ago)
        if rng.random() < 0.4:
            writer.add(
                "notifications", staff.id, "Conversation", number, f"{person.full_name} wrote to you", None,
                moment(rng, talk.ago),
            )  # fmt: skip


def _join(rng: Random, talk: Conversation, other: Person) -> None:
    """Somebody in copy, who writes too: the message is shared between its writer and the conversation's owner."""
    if other.id == talk.owner.id:
        return
    talk.writer.put("conversation_participants", talk.id, other.id, moment(rng, talk.ago))
    talk.from_contact(rng, other, _text(rng, texts.NAMING, other, other=talk.owner.full_name))


def _contact_text(rng: Random, team: Team, person: Person) -> str:
    draw = rng.random()
    if draw < 0.15:
        other = somebody_else(rng, team, person)
        kind = texts.REFERRING if draw < 0.03 else texts.NAMING
        return _text(rng, kind, person, other=other.full_name, email=other.email)
    if draw < 0.5:
        return texts.PLAIN_SENTENCES[int(rng.random() * len(texts.PLAIN_SENTENCES))]
    return _text(rng, texts.QUESTION, person)


def _text(rng: Random, kind: str, person: Person, other: str = "", email: str = "", staff: str = "") -> str:
    return texts.write(
        rng, kind, person.language, me=person.full_name, given=person.given, other=other, email=email, staff=staff
    )


def attach(
    rng: Random, writer: Writer, team: Team, kind: str, number: int, uploader: str, who: Person | Colleague
) -> None:
    """A file at a message or a note, kept in the database itself."""
    name = who.full_name if isinstance(who, Person) else who.name
    content = f"%PDF-1.4 signed by {name}".encode()
    writer.add(
        "attachments", team.id, kind, number, uploader, who.id, f"Letter of {name}.pdf", "application/pdf",
        len(content), content, moment(rng, some_day(rng, 400)),
    )  # fmt: skip


def tag(rng: Random, writer: Writer, team: Team, kind: str, number: int, ago: int, which: int | None = None) -> None:
    """A label on something."""
    label = team.tags[int(rng.random() * len(team.tags)) if which is None else which % len(team.tags)]
    writer.add("taggings", label, kind, number, moment(rng, ago))


def note(rng: Random, writer: Writer, team: Team, kind: str, number: int, person: Person, body: str = "") -> int:
    """An internal note of the staff about a contact, a conversation or a deal."""
    author = team.staff[int(rng.random() * len(team.staff))]
    body = body or _text(rng, texts.REMARK, person, other=somebody_else(rng, team, person).full_name)
    return writer.add("notes", team.id, kind, number, author.id, body, moment(rng, some_day(rng, person.age)))
