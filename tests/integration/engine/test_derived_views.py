"""Materialised views over personal tables are refreshed in the erasure's own transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from habeas.flows.erase import erase
from habeas.flows.workspace import open_workspace
from habeas.program.selection import Identity, Selection, Subject

SCHEMA = """
create table people (id bigint primary key, email text not null, name text);
create table orders (id bigint primary key, person_id bigint not null references people on delete cascade, note text);
create table logs (id int, person_id bigint, what text);
create materialized view per_person as
  select p.email, count(*) n from people p join orders o on o.person_id = p.id group by 1;
create materialized view top as select email from per_person;
insert into people values (1, 'Jane@example.com ', 'J'), (2, 'b@example.com', 'B');
insert into orders values (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z');
insert into logs values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
refresh materialized view per_person;
refresh materialized view top;
"""
MAP = """
version: 1
store: app
url: ${U}
people:
  person: {table: people}
tables:
  people:
    columns:
      email: {category: user.contact.email, identity: email}
      name: user.name
  orders:
    edges: {person_id: owned_by}
    columns: {note: user.content}
  logs:
    key: [id]
    edges: {person_id: {to: people.id, as: owned_by}}
    columns: {what: user.content}
  per_person: {derived: counts}
  top: {derived: list}
"""
JANE = Selection((Subject((Identity("email", "jane@example.com"),)),))


def test_views_of_views_forget_too(postgresql_url: str, tmp_path: Path) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.exec_driver_sql(statement)
    folder = tmp_path / "habeas"
    folder.mkdir()
    (folder / "habeas.yaml").write_text("version: 1\norganization: X\ncontact: p@x.example\nstores: [app.yaml]\n")
    (folder / "app.yaml").write_text(MAP)
    with open_workspace(folder, {"U": postgresql_url}) as workspace:
        outcome = erase(workspace, JANE)
    assert outcome.status == "complete"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select email from per_person").all() == [("b@example.com",)]
        assert connection.exec_driver_sql("select email from top").all() == [("b@example.com",)]
        assert connection.exec_driver_sql("select id from logs").all() == [(3,)]
