"""The control database: what was planned, done and verified. It holds no personal data in the clear.

How a flow uses it::

    control = open_control(folder, os.environ)      # folder is `.habeas/`; open the keys first
    with control.begin() as connection:             # one transaction, committed at the end
        record = begin_run(connection, vault, ...)  # each package has its own records.py
    with control.read() as connection: ...          # reads only: takes no write lock
    control.close()

SQLite (`.habeas/control.db`) by default, PostgreSQL by `HABEAS_DATABASE_URL`. Each package declares its
tables in its own `tables.py` on `habeas.database.metadata.metadata`; a migration in
`database/migrations/versions/` makes them.
"""
