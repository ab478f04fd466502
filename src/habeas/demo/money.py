"""Plans, subscriptions, invoices and how they are paid; deals, on which several contacts work."""

from __future__ import annotations

from habeas.demo.characters import Character
from habeas.demo.conversations import note, somebody_else
from habeas.demo.dates import day, moment, some_day
from habeas.demo.loading import Writer
from habeas.demo.people import Person, Team

_PLANS = (("Starter", 900, "month"), ("Team", 2_900, "month"), ("Business", 9_900, "month"), ("Annual", 89_000, "year"))
_STAGES = ("new", "qualified", "offer", "won", "lost")
_REASONS = ("{name} moves abroad and cancels.", "{name} found it too dear.", "The school of {name} closes.")


def plans(writer: Writer) -> None:
    """The price list."""
    for name, price, interval in _PLANS:
        writer.add("plans", name, price, interval)


def pay(writer: Writer, team: Team, person: Person) -> None:
    """What a contact has bought, and the invoices for it."""
    rng = person.rng
    told: Character | None = person.character
    if told is None and rng.random() < 0.3:
        return  # not everybody buys
    plan = 1 + int(rng.random() * len(_PLANS))
    cancelled = None if told is not None or rng.random() < 0.7 else some_day(rng, person.age)
    reason = None if cancelled is None else _REASONS[cancelled % 3].format(name=person.full_name)
    subscription = writer.add(
        "subscriptions", team.id, person.id, plan, "active" if cancelled is None else "cancelled", reason,
        moment(rng, person.age), None if cancelled is None else moment(rng, cancelled),
    )  # fmt: skip
    card = plan % 2
    writer.add(
        "payment_methods", person.id, "card" if card else "debit", person.full_name,
        None if card else f"XX00{rng.getrandbits(56):018d}", f"{person.id % 10_000:04d}" if card else None,
        "2029-12-31" if card else None,
    )  # fmt: skip
    _invoices(writer, team, person, subscription, _PLANS[plan - 1][1], cancelled or 0)


def _invoices(writer: Writer, team: Team, person: Person, subscription: int, price: int, cancelled: int) -> None:
    """From the first year to the last: those of long ago have ended their time, the others are kept."""
    rng = person.rng
    newest = person.character.newest_invoice if person.character else cancelled + 20
    count = 6 if person.character else 1 + int(rng.random() * 6)
    step = max(1, (person.age - newest) // count)
    for turn in range(count):
        ago = newest + turn * step
        if ago >= person.age:
            break
        number = writer.new_id("invoices")
        lines = 1 + (0 if person.character else int(rng.random() * 3))
        writer.put(
            "invoices", number, team.id, person.id, subscription, f"INV-{number:08d}", person.full_name, person.email,
            person.address, price * lines, "USD", day(ago), day(ago - 14) if turn else None,
        )  # fmt: skip
        for position in range(1, lines + 1):
            what = f"Seat of {person.full_name}" if position == 1 else f"Add-on {position}"
            writer.add("invoice_lines", number, position, what, 1, price)


def deal(writer: Writer, team: Team, people: list[Person]) -> int:
    """A deal of the Customer: contacts work on it, nobody of them owns it."""
    main, rng = people[0], people[0].rng
    owner = team.staff[int(rng.random() * len(team.staff))]
    ago = some_day(rng, main.age)
    stage = _STAGES[int(rng.random() * len(_STAGES))]
    number = writer.add(
        "deals", team.id, team.companies[int(rng.random() * len(team.companies))], owner.id, main.id, main.full_name,
        f"Renewal {2016 + int(rng.random() * 11)}", stage, 10_000 + int(rng.random() * 5_000_000), moment(rng, ago),
        day(ago - 30) if stage in ("won", "lost") else None,
    )  # fmt: skip
    for place, person in enumerate(people):
        writer.put("deal_contacts", number, person.id, "decides" if place == 0 else "advises")
    if rng.random() < 0.5:
        note(rng, writer, team, "Deal", number, main)
    return number


def deals(writer: Writer, team: Team, person: Person) -> None:
    """The deals in which a contact has the main part."""
    rng = person.rng
    if person.character is not None or rng.random() < 0.75:
        return
    people = {person.id: person}
    for _ in range(int(rng.random() * 3)):
        other = somebody_else(rng, team, person)
        people[other.id] = other
    deal(writer, team, list(people.values()))
