"""K9db's published cases as data: schema, map, rows, and after each request the rows that must come back.

Source: brownsys/K9db, commit 6c29aa0, MIT licence (K9db, OSDI 2023): `tests/data/websubmit`, `tests/data/varown` and
the examples social chat, medical chat and ownCloud. Schemas and maps are written anew; rows and answers are theirs.
What their schema says with OWNED_BY, ACCESSED_BY, OWNS, ON GET and ON DEL, the map says in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from tests.oracle.company import Asked, Column, Company, DeclaredKey, Rows, Table

ID = Column("id", "integer", nullable=False)


def text(name: str, nullable: bool = True) -> Column:
    return Column(name, "text", nullable)


def key(column: str, target: str, target_column: str = "id") -> DeclaredKey:
    return DeclaredKey((column,), target, (target_column,))


@dataclass(frozen=True)
class Access:
    """`GDPR GET`: exactly these rows, by table; a hidden value is None."""

    person: tuple[str, str]
    rows: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Forget:
    """`GDPR FORGET`, and the tables that were looked at afterwards (`gone`: how many rows K9db counts, if it says)."""

    person: tuple[str, str]
    tables: dict[str, list[tuple[Any, ...]]]
    gone: int | None = None


@dataclass(frozen=True)
class Case:
    """One case: requests in order, each on the database that the one before left."""

    name: str
    company: Company
    rows: Rows
    steps: tuple[Access | Forget, ...]


def asked(step: Access | Forget) -> Asked:
    return Asked(people=((step.person,),))


def company(tables: list[Table], map_: str) -> Company:
    read = YAML(typ="safe").load(map_)
    return Company({t.name: t for t in tables}, read, {"identity_types": {"k9db.person": "exact"}})


def rows(of: Company, **tables: list[tuple[Any, ...]]) -> Rows:
    """Rows from tuples in the order of the columns."""
    return {
        name: [dict(zip((c.name for c in table.columns), values, strict=True)) for values in tables.get(name, [])]
        for name, table in of.tables.items()
    }


# --- websubmit: homework submissions; a student is known by e-mail, which is the primary key -----------------------

WEBSUBMIT = company(
    [
        Table(
            "users",
            (Column("email", "text", False, 255), Column("apikey", "text", True, 255), Column("is_admin")),
            key=("email",),
            uniques=(("apikey",),),
        ),
        Table("lectures", (ID, Column("label", "text", True, 255))),
        Table(
            "questions",
            (ID, Column("lecture_id"), Column("question_number"), text("question")),
            keys=(key("lecture_id", "lectures"),),
        ),
        Table(
            "answers",
            (
                Column("id", "text", False, 255),
                Column("email", "text", True, 255),
                Column("question_id"),
                text("answer"),
                Column("submitted_at", "datetime"),
                Column("grade"),
            ),
            keys=(key("email", "users", "email"), key("question_id", "questions")),
        ),
        Table(
            "presenters",
            (ID, Column("lecture_id"), Column("email", "text", True, 255)),
            keys=(key("lecture_id", "lectures"), key("email", "users", "email")),
        ),
    ],
    """
    people:
      student: {table: users}
    tables:
      users:
        columns:
          email: {category: user.contact.email, identity: email}
          apikey: {category: user.authorization.credentials}
      lectures: {not_personal: the programme of the course}
      questions:
        not_personal: the same for everybody
        edges:
          lecture_id: {to: lectures.id, as: lookup}
      answers:
        columns:
          answer: {category: user.content}
        edges:
          email: {to: users.email, as: owned_by}
          question_id: {to: questions.id, as: lookup}
      presenters:
        edges:
          lecture_id: {to: lectures.id, as: lookup}
          email: {to: users.email, as: owned_by}
    """,
)

A1 = ("a1", "student1@email.com", 1, "answer 1", "2020-01-01 01:01:01", 100)
A2 = ("a2", "student2@email.com", 1, "answer 2", "2020-02-01 01:01:02", 0)
A3 = ("a3", "student3@email.com", 1, "answer 3", "2020-01-01 01:01:03", 0)
A4 = ("a4", "student1@email.com", 2, "answer 4", "2020-01-01 01:02:01", 0)
A5 = ("a5", "student2@email.com", 2, "answer 5", "2020-02-01 01:02:02", 0)
A6 = ("a6", "student1@email.com", 3, "answer 6", "2020-01-01 02:01:01", 0)

WEBSUBMIT_CASE = Case(
    "websubmit",
    WEBSUBMIT,
    rows(
        WEBSUBMIT,
        users=[
            ("admin@admin.com", "apikey000", 1),
            ("student1@email.com", "apikey111", 0),
            ("student2@email.com", "apikey222", 0),
            ("student3@email.com", "apikey333", 0),
        ],
        lectures=[(1, "lecture 1"), (2, "lecture x")],
        questions=[
            (1, 1, 1, "question 1 for lecture 1"),
            (2, 1, 2, "question 2 for lecture 1"),
            (3, 2, 1, "question 1 for lecture 2"),
        ],
        presenters=[(1, 1, "student1@email.com"), (2, 2, "student2@email.com")],
        answers=[A1, A2, A3, A4, A5, A6],
    ),
    (
        Access(
            ("email", "student1@email.com"),
            {
                "presenters": [(1, 1, "student1@email.com")],
                "answers": [A1, A6, A4],
                "users": [("student1@email.com", "apikey111", 0)],
            },
        ),
        Access(
            ("email", "student2@email.com"),
            {
                "presenters": [(2, 2, "student2@email.com")],
                "answers": [A2, A5],
                "users": [("student2@email.com", "apikey222", 0)],
            },
        ),
        Forget(
            ("email", "student1@email.com"),
            {
                "users": [
                    ("admin@admin.com", "apikey000", 1),
                    ("student3@email.com", "apikey333", 0),
                    ("student2@email.com", "apikey222", 0),
                ],
                "presenters": [(2, 2, "student2@email.com")],
                "answers": [A3, A5, A2],
                "lectures": [(1, "lecture 1"), (2, "lecture x")],
            },
            gone=5,
        ),
        Access(("email", "student1@email.com"), {}),
    ),
)

# --- varown: a row `t` belongs to whoever has a row of `rel` that leads to it ---------------------------------------

VAROWN = company(
    [
        Table("user", (ID, text("name"))),
        Table("t", (ID, text("content"))),
        Table(
            "rel",
            (ID, Column("from_t"), Column("to_t")),
            keys=(key("from_t", "user"), key("to_t", "t")),
        ),
    ],
    """
    people:
      user: {table: user}
    tables:
      user:
        columns:
          id: {category: user.unique_id, identity: k9db.person}
          name: {category: user.name}
      t:
        columns:
          content: {category: user.content}
      rel:
        edges:
          from_t: {to: user.id, as: owned_by}
          to_t: {to: t.id, as: owns}
    """,
)


def varown(name: str, state: Rows, *steps: Access | Forget) -> Case:
    return Case(f"varown, {name}", VAROWN, state, steps)


def user(number: int) -> tuple[str, str]:
    return "k9db.person", str(number)


VAROWN_CASES = (
    varown(
        "storage",
        rows(
            VAROWN,
            user=[(0, "test"), (1, "b")],
            t=[(1000, "target1"), (1001, "target2")],
            rel=[(100, 0, 1000), (101, 1, 1000), (102, 1, 1001)],
        ),
        Access(user(0), {"user": [(0, "test")], "rel": [(100, 0, 1000)], "t": [(1000, "target1")]}),
        Access(
            user(1),
            {
                "user": [(1, "b")],
                "rel": [(101, 1, 1000), (102, 1, 1001)],
                "t": [(1000, "target1"), (1001, "target2")],
            },
        ),
    ),
    varown(
        "natural insert order",
        rows(
            VAROWN,
            user=[(0, "test"), (1, "b")],
            t=[(1000, "target1"), (1001, "target2"), (2000, "Target")],
            rel=[(100, 0, 1000), (101, 1, 1000), (102, 1, 1001), (200, 0, 2000)],
        ),
        Access(
            user(0),
            {
                "user": [(0, "test")],
                "t": [(2000, "Target"), (1000, "target1")],
                "rel": [(200, 0, 2000), (100, 0, 1000)],
            },
        ),
    ),
    varown(
        "copy from another owner",
        rows(
            VAROWN,
            user=[(10, "first_user"), (11, "second_user")],
            t=[(2000, "target")],
            rel=[(200, 10, 2000), (201, 11, 2000)],
        ),
        Access(user(10), {"user": [(10, "first_user")], "rel": [(200, 10, 2000)], "t": [(2000, "target")]}),
        Access(user(11), {"user": [(11, "second_user")], "rel": [(201, 11, 2000)], "t": [(2000, "target")]}),
    ),
    varown(
        "delete and move, before the relation goes",
        rows(VAROWN, user=[(10, "my user")], t=[(2000, "I must be gone")], rel=[(200, 10, 2000)]),
        Access(user(10), {"user": [(10, "my user")], "t": [(2000, "I must be gone")], "rel": [(200, 10, 2000)]}),
    ),
    varown(
        "delete and move, after the relation went",
        rows(VAROWN, user=[(10, "my user")], t=[(2000, "I must be gone")]),
        Access(user(10), {"user": [(10, "my user")]}),
    ),
    varown(
        "two relations of one user",
        rows(VAROWN, user=[(5, "test")], t=[(1005, "target_del")], rel=[(105, 5, 1005), (106, 5, 1005)]),
        Access(
            user(5),
            {"user": [(5, "test")], "rel": [(105, 5, 1005), (106, 5, 1005)], "t": [(1005, "target_del")]},
        ),
    ),
    varown(
        "two relations of one user, one deleted",
        rows(VAROWN, user=[(5, "test")], t=[(1005, "target_del")], rel=[(106, 5, 1005)]),
        Access(user(5), {"user": [(5, "test")], "rel": [(106, 5, 1005)], "t": [(1005, "target_del")]}),
    ),
    varown(
        "delete a relation",
        rows(VAROWN, user=[(5, "test")], t=[(1005, "target_del")]),
        Access(user(5), {"user": [(5, "test")]}),
    ),
    varown(
        "delete one of two owners' relations",
        rows(VAROWN, user=[(8, "test"), (9, "b")], t=[(1008, "target_del_2")], rel=[(109, 9, 1008)]),
        Access(user(8), {"user": [(8, "test")]}),
        Access(user(9), {"user": [(9, "b")], "rel": [(109, 9, 1008)], "t": [(1008, "target_del_2")]}),
    ),
)

# --- social chat: a message belongs to both who talk ----------------------------------------------------------------

SOCIAL_CHAT = company(
    [
        Table("users", (ID, text("name"))),
        Table(
            "chat",
            (ID, Column("sender_id"), Column("receiver_id"), text("message")),
            keys=(key("sender_id", "users"), key("receiver_id", "users")),
        ),
        Table("stories", (ID, Column("author"), text("context")), keys=(key("author", "users"),)),
        Table(
            "comments",
            (ID, Column("author"), Column("story_id"), text("content")),
            keys=(key("author", "users"), key("story_id", "stories")),
        ),
    ],
    """
    people:
      user: {table: users}
    tables:
      users:
        columns:
          id: {category: user.unique_id, identity: k9db.person}
          name: {category: user.name}
      chat:
        columns:
          message: {category: user.content}
        edges:
          sender_id: {to: users.id, as: owned_by, on_erase: {mask: [sender_id]}}
          receiver_id: {to: users.id, as: owned_by, on_erase: {mask: [receiver_id]}}
      stories:
        columns:
          context: {category: user.content}
        edges:
          author: {to: users.id, as: owned_by}
      comments:
        columns:
          content: {category: user.content}
        edges:
          author: {to: users.id, as: owned_by}
          story_id: {to: stories.id, as: lookup}
    """,
)

SOCIAL_CHAT_CASE = Case(
    "social chat",
    SOCIAL_CHAT,
    rows(
        SOCIAL_CHAT,
        users=[(1, "Alice"), (2, "Bob")],
        chat=[(1, 1, 2, "Msg 1"), (2, 2, 1, "Msg 2"), (3, 1, 1, "Msg 3")],
        stories=[(1, 1, "Story 1")],
        comments=[(1, 2, 1, "Comment"), (2, 1, 1, "Response")],
    ),
    (
        Access(
            user(1),
            {
                "users": [(1, "Alice")],
                "chat": [(1, 1, 2, "Msg 1"), (2, 2, 1, "Msg 2"), (3, 1, 1, "Msg 3")],
                "stories": [(1, 1, "Story 1")],
                # "only the author has rights to the comment"
                "comments": [(2, 1, 1, "Response")],
            },
        ),
        # "Leaving may leave data if it still has owners": what was said to Bob stays, without Alice.
        Forget(
            user(1),
            {
                "users": [(2, "Bob")],
                "chat": [(1, None, 2, "Msg 1"), (2, 2, None, "Msg 2")],
                "stories": [],
                "comments": [(1, 2, None, "Comment")],
            },
        ),
        Forget(user(2), {"users": [], "chat": [], "comments": []}),
    ),
)

# --- medical chat: it is the patient's; the doctor has access ------------------------------------------------------

MEDICAL_CHAT = company(
    [
        Table("doctors", (ID, text("name"))),
        Table("patients", (ID, text("name"))),
        Table(
            "chat",
            (ID, Column("patient_id"), Column("doctor_id"), text("message")),
            keys=(key("patient_id", "patients"), key("doctor_id", "doctors")),
        ),
    ],
    """
    people:
      doctor: {table: doctors}
      patient: {table: patients}
    tables:
      doctors:
        columns:
          id: {category: user.unique_id, identity: k9db.doctor}
          name: {category: user.name}
      patients:
        columns:
          id: {category: user.unique_id, identity: k9db.patient}
          name: {category: user.name}
      chat:
        columns:
          message: {category: user.content}
        edges:
          patient_id: {to: patients.id, as: owned_by, on_access: {hide: [doctor_id]}}
          doctor_id:
            to: doctors.id
            as: accessed_by
            on_access: {hide: [patient_id]}
            on_erase: {mask: [doctor_id]}
    """,
)
MEDICAL_CHAT = Company(
    MEDICAL_CHAT.tables,
    MEDICAL_CHAT.map,
    {"identity_types": {"k9db.doctor": "exact", "k9db.patient": "exact"}},
)

MEDICAL_CHAT_CASE = Case(
    "medical chat",
    MEDICAL_CHAT,
    rows(
        MEDICAL_CHAT,
        patients=[(1, "Alice"), (2, "Bob")],
        doctors=[(10, "Carl"), (20, "Dracula")],
        chat=[
            (1, 1, 10, "Msg (1)"),
            (2, 1, 10, "Msg (2)"),
            (3, 2, 10, "Msg (3)"),
            (4, 1, 20, "Msg (4)"),
            (5, 2, 20, "Msg (5)"),
        ],
    ),
    (
        Access(
            ("k9db.doctor", "10"),
            {
                "doctors": [(10, "Carl")],
                "chat": [(1, None, 10, "Msg (1)"), (2, None, 10, "Msg (2)"), (3, None, 10, "Msg (3)")],
            },
        ),
        Access(
            ("k9db.patient", "1"),
            {
                "patients": [(1, "Alice")],
                "chat": [(1, 1, None, "Msg (1)"), (2, 1, None, "Msg (2)"), (4, 1, None, "Msg (4)")],
            },
        ),
        # "when doctor leaves, the messages stay for the benefit of the patient"
        Forget(
            ("k9db.doctor", "10"),
            {
                "doctors": [(20, "Dracula")],
                "chat": [
                    (1, 1, None, "Msg (1)"),
                    (2, 1, None, "Msg (2)"),
                    (3, 2, None, "Msg (3)"),
                    (4, 1, 20, "Msg (4)"),
                    (5, 2, 20, "Msg (5)"),
                ],
            },
        ),
        # "when patient leaves, all messages exchanged with that patient are deleted"
        Forget(
            ("k9db.patient", "1"),
            {"patients": [(2, "Bob")], "chat": [(3, 2, None, "Msg (3)"), (5, 2, 20, "Msg (5)")]},
        ),
    ),
)

# --- ownCloud: a group lives while a member does; a file goes with whoever shares it --------------------------------

OWNCLOUD = company(
    [
        Table("users", (ID, text("name"))),
        Table("usergroups", (ID, text("name"))),
        Table(
            "members",
            (ID, Column("user_id"), Column("group_id")),
            keys=(key("user_id", "users"), key("group_id", "usergroups")),
        ),
        Table("files", (ID, text("path"))),
        Table(
            "shares",
            (
                ID,
                Column("creator"),
                Column("share_with_user"),
                Column("share_with_group"),
                Column("file_id"),
            ),
            keys=(
                key("creator", "users"),
                key("share_with_user", "users"),
                key("share_with_group", "usergroups"),
                key("file_id", "files"),
            ),
        ),
    ],
    """
    people:
      user: {table: users}
    tables:
      users:
        columns:
          id: {category: user.unique_id, identity: k9db.person}
          name: {category: user.name}
      usergroups:
        columns:
          name: {category: user.content}
      members:
        edges:
          user_id: {to: users.id, as: owned_by}
          group_id: {to: usergroups.id, as: owns}
      files:
        columns:
          path: {category: user.content}
      shares:
        edges:
          creator: {to: users.id, as: owned_by}
          share_with_user: {to: users.id, as: accessed_by}
          share_with_group: {to: usergroups.id, as: accessed_by}
          file_id: {to: files.id, as: owns}
    """,
)

OWNCLOUD_CASE = Case(
    "ownCloud",
    OWNCLOUD,
    rows(
        OWNCLOUD,
        users=[(1, "Alice"), (2, "Bob")],
        usergroups=[(1, "Group 1")],
        members=[(1, 1, 1), (2, 2, 1)],
        files=[(1, "file 1")],
        shares=[(1, 1, None, None, 1), (2, 1, 2, None, 1), (3, 1, None, 1, 1)],
    ),
    (
        # "Bob has access to file": by the share with him and by the one with his group.
        Access(
            user(2),
            {
                "users": [(2, "Bob")],
                "members": [(2, 2, 1)],
                "usergroups": [(1, "Group 1")],
                "shares": [(2, 1, 2, None, 1), (3, 1, None, 1, 1)],
                "files": [(1, "file 1")],
            },
        ),
        # "File remains even after Bob removes his data."
        Forget(
            user(2),
            {
                "users": [(1, "Alice")],
                "members": [(1, 1, 1)],
                "files": [(1, "file 1")],
                "usergroups": [(1, "Group 1")],
                "shares": [(1, 1, None, None, 1), (2, 1, None, None, 1), (3, 1, None, 1, 1)],
            },
        ),
        # "File does not remain when creator requests deletion. Groups is also removed cause all members are gone."
        Forget(user(1), {"users": [], "members": [], "shares": [], "files": [], "usergroups": []}),
    ),
)

CASES = (WEBSUBMIT_CASE, *VAROWN_CASES, SOCIAL_CHAT_CASE, MEDICAL_CHAT_CASE, OWNCLOUD_CASE)
