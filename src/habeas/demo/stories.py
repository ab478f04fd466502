"""What the characters of `characters.py` share with each other, written out row by row."""

from __future__ import annotations

from random import Random

from habeas.demo.activity import meet
from habeas.demo.characters import ANNA, ERIK, JANE, LINDQVIST_HOUSEHOLD_ID, MEI, TOM, TOMASZ, ZOFIA
from habeas.demo.conversations import Conversation, attach, note, somebody_else
from habeas.demo.dates import moment
from habeas.demo.loading import Writer
from habeas.demo.money import deal
from habeas.demo.people import Person, Team


def tell(writer: Writer, team: Team) -> None:
    """Add the stories of a Customer, if it has any."""
    people = team.characters
    if team.id == 7:
        _jane_and_tom(writer, team, people[JANE.id], people[TOM.id])
    elif team.id == 5:
        _household(writer, team, people[ANNA.id], people[ERIK.id])
    elif team.id == 4:
        _referral(writer, team, people[TOMASZ.id], people[ZOFIA.id])
    elif team.id == 8:
        _quarrel(writer, team, people[MEI.id])


def _jane_and_tom(writer: Writer, team: Team, jane: Person, tom: Person) -> None:
    rng = Random("Jane and Tom")
    staff = team.staff[1]
    # Tom's conversation: Jane is in copy and writes twice, Tom names her and her address.
    talk = Conversation(writer, team, tom, staff, 90)
    talk.from_contact(rng, tom, "Hallo, bitte nehmen Sie Jane Moore (jane@example.com) in Kopie, sie zahlt.")
    writer.put("conversation_participants", talk.id, jane.id, moment(rng, 90))
    talk.from_contact(rng, jane, "Hello, this is Jane. You reach me at jane@example.com or after five by phone.")
    sent = talk.from_contact(rng, jane, "The signed form is attached. Jane Moore")
    attach(rng, writer, team, "Message", sent, "Contact", jane)
    talk.from_staff(rng, staff, "Thank you both. I have put Jane down as the one who pays.")
    talk.from_contact(rng, tom, "Danke! Jane Moore ist ab Montag wieder da.")
    number = talk.close(rng, "Wer zahlt?")
    note(rng, writer, team, "Conversation", number, tom, "Jane Moore pays for Tom Becker; ask jane@example.com first.")
    # A meeting of both, and a deal on which both work and neither owns.
    meet(writer, team, [tom, jane], "Renewal")
    deal(writer, team, [jane, tom])
    # Jane's own conversation, in which Tom writes: it goes with Jane, his message too.
    own = Conversation(writer, team, jane, staff, 30)
    own.from_contact(rng, jane, "Tom Becker knows the details, please ask him.")
    writer.put("conversation_participants", own.id, tom.id, moment(rng, 30))
    own.from_contact(rng, tom, "Here I am. Regards, Tom")
    own.close(rng, "Details")
    writer.add("contact_relations", jane.id, tom.id, "colleague")


def _household(writer: Writer, team: Team, anna: Person, erik: Person) -> None:
    street, _, town = anna.address.partition(", ")
    writer.put(
        "households", LINDQVIST_HOUSEHOLD_ID, team.id, "Familjen Lindqvist", street, town.rpartition(",")[0], None, "SE"
    )
    writer.add("contact_relations", anna.id, erik.id, "spouse")


def _referral(writer: Writer, team: Team, tomasz: Person, zofia: Person) -> None:
    rng = Random("Tomasz and Zofia")
    remark = f"{tomasz.full_name} recommended us to {zofia.full_name}."
    writer.add("referrals", team.id, tomasz.id, zofia.id, 5_000, remark, moment(rng, 200))


def _quarrel(writer: Writer, team: Team, mei: Person) -> None:
    rng = Random("Mei")
    note(rng, writer, team, "Contact", mei.id, mei, f"{mei.full_name}: letter of her lawyer. Delete nothing of hers.")
    if team.people:
        meet(writer, team, [mei, somebody_else(mei.rng, team, mei)], "Settlement")


def neighbours(rng: Random, writer: Writer, team: Team) -> None:
    """Relations and referrals among ordinary contacts."""
    for person in team.people:
        draw = rng.random()
        other = somebody_else(rng, team, person)
        if other.id == person.id:
            continue
        if draw < 0.05:
            writer.add("contact_relations", person.id, other.id, "colleague" if draw < 0.03 else "spouse")
        elif draw < 0.08:
            remark = f"{person.full_name} brought {other.full_name}"
            writer.add("referrals", team.id, person.id, other.id, 2_500, remark, moment(rng, int(draw * 1_000)))
