from __future__ import annotations

from collections.abc import Callable

from habeas.catalog.tables import Catalog
from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.reading import GivenValues
from habeas.discovery.surveying import Survey, survey

CatalogOf = Callable[[str], Catalog]
USERS = "CREATE TABLE users (id integer PRIMARY KEY, name text, email text NOT NULL, password_digest text);"
CONTACTS = "CREATE TABLE contacts (id integer PRIMARY KEY, name text, email text);"


def look(catalog: Catalog, values: dict[tuple[str, str], list[str]] | None = None) -> Survey:
    return survey(catalog, GivenValues(values or {}))


def verdicts(seen: Survey) -> dict[str, str]:
    return {
        ".".join(place): f"{'ask' if verdict.ask else verdict.kind.value} {verdict.rule}"
        for place, verdict in seen.ownership.edges.items()
    }


def test_a_not_null_key_named_after_the_person_and_what_hangs_below(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE orders (id integer PRIMARY KEY, contact_id integer NOT NULL);
        CREATE TABLE lines (id integer PRIMARY KEY, order_id integer NOT NULL, product_id integer NOT NULL);
        CREATE TABLE products (id integer PRIMARY KEY, title text);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "orders.contact_id": "owned_by not-null-key",
        "lines.order_id": "owned_by owned-parent",
        "lines.product_id": "lookup no-person-behind",
    }
    assert seen.ownership.reached == {"contacts", "orders", "lines"}


def test_a_nullable_key_below_a_person_is_asked_and_beside_a_surer_one_is_not(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE orders (id integer PRIMARY KEY, contact_id integer NOT NULL);
        CREATE TABLE parcels (id integer PRIMARY KEY, order_id integer);
        CREATE TABLE returns (id integer PRIMARY KEY, order_id integer NOT NULL, parcel_id integer);
    """))  # fmt: skip
    found = verdicts(seen)
    assert found["parcels.order_id"] == "ask unsure"
    assert found["returns.order_id"] == "owned_by owned-parent"
    assert found["returns.parcel_id"] == "accessed_by longer-way"


def test_on_delete_cascade_owns(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE orders (id integer PRIMARY KEY, contact_id integer NOT NULL);
        CREATE TABLE parcels (id integer PRIMARY KEY, order_id integer REFERENCES orders (id) ON DELETE CASCADE);
    """))  # fmt: skip
    assert verdicts(seen)["parcels.order_id"] == "owned_by cascade"


def test_actors_see_and_parties_share(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(USERS + """
        CREATE TABLE letters (id integer PRIMARY KEY, sender_id integer NOT NULL, recipient_id integer NOT NULL,
          approved_by_id integer, parent_id integer);
        CREATE TABLE settings (id integer PRIMARY KEY, user_id integer NOT NULL, updated_by_id integer);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "letters.sender_id": "owned_by two-parties",
        "letters.recipient_id": "owned_by two-parties",
        "letters.approved_by_id": "accessed_by actor-name",
        "letters.parent_id": "lookup self-reference",
        "settings.user_id": "owned_by not-null-key",
        "settings.updated_by_id": "accessed_by actor-name",
    }


def test_a_row_that_names_its_person_is_not_decided_by_a_longer_way(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(USERS + """
        CREATE TABLE stories (id integer PRIMARY KEY, user_id integer NOT NULL, title text);
        CREATE TABLE comments (id integer PRIMARY KEY, user_id integer NOT NULL, story_id integer NOT NULL, body text);
        CREATE TABLE votes (id integer PRIMARY KEY, user_id integer NOT NULL, comment_id integer);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "stories.user_id": "owned_by not-null-key",
        "comments.user_id": "owned_by not-null-key",
        "comments.story_id": "accessed_by direct-edge",
        "votes.user_id": "owned_by not-null-key",
        "votes.comment_id": "accessed_by direct-edge",
    }


def test_an_operator_beside_a_subject_owns_neither_the_row_nor_what_is_below(catalog_of: CatalogOf) -> None:
    """Else a contact's messages would stay at an erasure, since an agent's inbox 'owns' them too."""
    seen = look(catalog_of(USERS + CONTACTS + """
        CREATE TABLE mailboxes (id integer PRIMARY KEY, user_id integer NOT NULL);
        CREATE TABLE threads (id integer PRIMARY KEY, contact_id integer NOT NULL, user_id integer NOT NULL);
        CREATE TABLE messages (id integer PRIMARY KEY, thread_id integer NOT NULL, mailbox_id integer NOT NULL,
          user_id integer NOT NULL, body text);
        CREATE TABLE articles (id integer PRIMARY KEY, author_id integer NOT NULL, body text);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "mailboxes.user_id": "owned_by not-null-key",
        "threads.contact_id": "owned_by not-null-key",
        "threads.user_id": "lookup operator-beside-subject",
        "messages.thread_id": "owned_by owned-parent",
        "messages.mailbox_id": "lookup organisation",
        "messages.user_id": "lookup operator-beside-subject",
        "articles.author_id": "accessed_by operator-work",
    }


def test_a_parent_with_personal_columns_is_owned_by_its_referrer(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE customer (customer_id integer PRIMARY KEY, first_name text, email text,
         address_id integer NOT NULL,          company_id integer, avatar_file_id integer);
        CREATE TABLE address (address_id integer PRIMARY KEY, street text, postal_code text, city_id integer);
        CREATE TABLE city (city_id integer PRIMARY KEY, city text NOT NULL);
        CREATE TABLE companies (id integer PRIMARY KEY, name text, contact_email text);
        CREATE TABLE files (id integer PRIMARY KEY, filename text);
    """)
    )
    assert verdicts(seen) == {
        "customer.address_id": "owns personal-parent",
        "customer.company_id": "accesses organisation",
        "customer.avatar_file_id": "owns file-of-owned",
        "address.city_id": "lookup no-person-behind",
    }


def test_a_pointer_back_gives_no_right(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE requests (id integer PRIMARY KEY, contact_id integer NOT NULL);
        CREATE TABLE changes (id integer PRIMARY KEY, request_id integer NOT NULL, latest_version_id integer);
        CREATE TABLE versions (id integer PRIMARY KEY, change_id integer NOT NULL);
    """))  # fmt: skip
    found = verdicts(seen)
    assert found["versions.change_id"] == "owned_by owned-parent"
    assert found["changes.latest_version_id"] == "lookup pointer-back"


def test_pairs_by_who_stands_behind_each_type(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(USERS + CONTACTS + """
        CREATE TABLE plans (id integer PRIMARY KEY, title text);
        CREATE TABLE tickets (id integer PRIMARY KEY, contact_id integer NOT NULL);
        CREATE TABLE messages (id integer PRIMARY KEY, ticket_id integer NOT NULL, sender_type text, sender_id integer);
        CREATE TABLE taggings (id integer PRIMARY KEY, taggable_type text, taggable_id integer);
        CREATE TABLE hints (id integer PRIMARY KEY, origin_type text, origin_id integer);
    """)  # fmt: skip
    values = {
        ("messages", "sender_type"): ["Contact", "User"],
        ("taggings", "taggable_type"): ["Contact", "Plan", "Ticket"],
        ("hints", "origin_type"): ["Ticket"],
    }
    seen = look(catalog, values)
    assert {place: (v.kind.value, v.rule, bool(v.ask)) for place, v in seen.ownership.pairs.items()} == {
        ("messages", "sender", "Contact"): ("owned_by", "pair-of-person", False),
        ("messages", "sender", "User"): ("accessed_by", "operator-beside-subject", False),
        ("taggings", "taggable", "Contact"): ("owned_by", "pair-of-person", False),
        ("taggings", "taggable", "Plan"): ("lookup", "no-person-behind", False),
        ("taggings", "taggable", "Ticket"): ("owned_by", "pair-of-parent", False),
        ("hints", "origin", "Ticket"): ("accessed_by", "unsure", True),
    }


def test_an_email_in_a_table_that_nobody_reaches_is_asked_about(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + "CREATE TABLE signups (id integer PRIMARY KEY, work_email text, source text);"))
    (edge,) = seen.found.edges
    assert (edge.name, edge.target, edge.target_columns, edge.by) == ("work_email", "contacts", ("email",), "value")
    assert verdicts(seen) == {"signups.work_email": "ask unsure"}


def test_what_a_user_is_told_is_the_users_own_whatever_it_points_at(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(USERS + CONTACTS + """
        CREATE TABLE notifications (id integer PRIMARY KEY, user_id integer NOT NULL, about_type text,
          about_id integer);
        CREATE TABLE remarks (id integer PRIMARY KEY, user_id integer NOT NULL, about_type text,
          about_id integer);
    """)  # fmt: skip
    seen = look(catalog, {("notifications", "about_type"): ["Contact"], ("remarks", "about_type"): ["Contact"]})
    assert verdicts(seen) == {
        "notifications.user_id": "owned_by not-null-key",
        "remarks.user_id": "lookup operator-beside-subject",
    }
    assert {place: v.kind.value for place, v in seen.ownership.pairs.items()} == {
        ("notifications", "about", "Contact"): "accessed_by",
        ("remarks", "about", "Contact"): "owned_by",
    }


def test_a_contact_person_does_not_own_the_deal(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE deals (id integer PRIMARY KEY, title text, main_contact_id integer, main_contact_name text);
        CREATE TABLE deal_links (id integer PRIMARY KEY, deal_id integer NOT NULL, contact_id integer NOT NULL);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "deals.main_contact_id": "accessed_by contact-person",
        "deal_links.deal_id": "accesses personal-parent",
        "deal_links.contact_id": "owned_by not-null-key",
    }


def test_participants_own_what_they_take_part_in_together(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + """
        CREATE TABLE meetings (id integer PRIMARY KEY, agenda text);
        CREATE TABLE meeting_participants (meeting_id integer NOT NULL, contact_id integer NOT NULL,
          PRIMARY KEY (meeting_id, contact_id));
    """))  # fmt: skip
    assert verdicts(seen)["meeting_participants.meeting_id"] == "owns group-of-participants"
    assert set(seen.personal["meetings"]) == {"agenda"} and "meetings" in seen.ownership.reached


def test_an_audit_field_alone_makes_no_row_somebodys(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(USERS + CONTACTS + """
        CREATE TABLE surveys (id integer PRIMARY KEY, created_by_id integer NOT NULL, opens_on date);
        CREATE TABLE cases (id integer PRIMARY KEY, contact_id integer NOT NULL, closed_by_id integer);
    """))  # fmt: skip
    assert verdicts(seen)["surveys.created_by_id"] == "lookup staff-field"
    assert verdicts(seen)["cases.closed_by_id"] == "accessed_by actor-name"
    assert "surveys" in seen.not_personal and "cases" not in seen.not_personal


def test_with_staff_fields_off_no_actor_may_see_a_row(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(USERS + CONTACTS + """
        CREATE TABLE cases (id integer PRIMARY KEY, contact_id integer NOT NULL, closed_by_id integer);
    """)  # fmt: skip
    seen = survey(catalog, GivenValues(), PersonalByPolicy(staff_fields=False))
    assert verdicts(seen) == {"cases.contact_id": "owned_by not-null-key", "cases.closed_by_id": "lookup staff-field"}


def test_a_branch_keeps_its_address_beside_customers_who_own_theirs(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of("""
        CREATE TABLE customers (id integer PRIMARY KEY, first_name text, email text, address_id integer NOT NULL);
        CREATE TABLE stores (id integer PRIMARY KEY, address_id integer NOT NULL);
        CREATE TABLE addresses (id integer PRIMARY KEY, street text, postal_code text);
    """))  # fmt: skip
    assert verdicts(seen) == {
        "customers.address_id": "owns personal-parent",
        "stores.address_id": "owns beside-people",
    }


def test_attempts_to_sign_in_belong_to_accounts_and_not_to_contacts(catalog_of: CatalogOf) -> None:
    seen = look(catalog_of(CONTACTS + USERS + "CREATE TABLE login_attempts (id integer PRIMARY KEY, email text);"))
    edge = next(e for e in seen.found.edges if e.table == "login_attempts")
    assert (edge.target, verdicts(seen)["login_attempts.email"]) == ("users", "owned_by login-name")


def test_a_part_of_a_key_is_no_reference_to_its_own_table(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("CREATE TABLE payment (payment_date date, payment_id int, PRIMARY KEY (payment_date, payment_id));")
    )
    assert seen.found.edges == ()
