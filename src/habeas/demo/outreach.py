"""E-mail campaigns, whose recipients are known by address alone, and surveys."""

from __future__ import annotations

from random import Random

from habeas.demo import texts
from habeas.demo.dates import moment, some_day
from habeas.demo.loading import Writer
from habeas.demo.people import Person, Team, browser, ip

_CAMPAIGNS = ("Spring news", "New: reports", "Summer school", "Price list", "Year in review", "Webinar")
_SURVEYS = ("Satisfaction", "After support")
_QUESTIONS = ("How likely is it that you recommend us?", "How quick was the answer?", "What should we do better?")


def prepare(rng: Random, writer: Writer, team: Team) -> None:
    """The Customer's campaigns and surveys, before anybody gets them."""
    for name in _CAMPAIGNS:
        author = team.staff[int(rng.random() * len(team.staff))]
        ago = 10 + some_day(rng, 500)
        number = writer.add(
            "email_campaigns", team.id, author.id, name, f"{name} of {team.name}", "Dear reader, here is what is new.",
            moment(rng, ago),
        )  # fmt: skip
        team.campaigns.append((number, ago))
    for title in _SURVEYS:
        author = team.staff[int(rng.random() * len(team.staff))]
        survey = writer.add("surveys", team.id, title, author.id, moment(rng, 600))
        for position, wording in enumerate(_QUESTIONS, 1):
            team.questions.append(writer.add("survey_questions", survey, position, wording))


def reach_out(writer: Writer, team: Team, person: Person) -> None:
    """What a contact was sent, opened and answered."""
    rng = person.rng
    for number, ago in team.campaigns:
        if person.character is None and rng.random() < 0.4:
            continue
        # Campaign tools keep the address as they like it: the join follows the rule of e-mail, not the letters.
        address = person.email.upper() if rng.random() < 0.05 else person.email
        recipient = writer.add(
            "campaign_recipients", number, address, person.full_name, moment(rng, ago),
            moment(rng, ago - 1) if rng.random() < 0.02 else None,
        )  # fmt: skip
        for event in ("delivered", "opened", "clicked")[: 1 + person.how_many(2)]:
            url = f"https://lantern.example/c/{number}?r={recipient}" if event == "clicked" else None
            writer.add("email_events", recipient, event, url, ip(rng), browser(rng), moment(rng, ago - 1))
    for question in team.questions[: person.how_many(len(team.questions))]:
        comment = None
        if rng.random() < 0.4:
            staff = team.staff[int(rng.random() * len(team.staff))]
            comment = texts.write(
                rng, texts.COMMENT, person.language, me=person.full_name, given=person.given, staff=staff.name
            )
        writer.add(
            "survey_responses", question, person.id, int(rng.random() * 11), comment,
            moment(rng, some_day(rng, min(person.age, 600))),
        )  # fmt: skip
