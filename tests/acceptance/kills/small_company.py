"""A company small enough to kill an erasure in it at every point, in which nearly everything happens to a row.

Jane is two contacts of Customer 1: number 1 is masked (a referral that stays for Ken may not lose her) and number 2 is
erased. Her conversations go with their messages (a ring of two keys), what she wrote to Ken stays without words, her
invoice is kept without address and reference, audit events are masked whole, log-ins go by the value of her address.
Contact 5 has her address in Customer 2, and stays.
"""

from __future__ import annotations

TABLES = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, name varchar(80) NOT NULL)",
    "CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    "email varchar(200) NOT NULL, name varchar(200), phone varchar(40))",
    "CREATE TABLE conversations (id integer PRIMARY KEY, contact_id integer NOT NULL REFERENCES contacts (id), "
    "subject varchar(200), last_message_id integer{last_message})",
    "CREATE TABLE messages (id integer PRIMARY KEY, conversation_id integer NOT NULL REFERENCES conversations (id), "
    "sender_type varchar(40), sender_id integer, sender_name varchar(200), body text NOT NULL)",
    "CREATE TABLE referrals (id integer PRIMARY KEY, referrer_id integer NOT NULL REFERENCES contacts (id), "
    "referred_id integer NOT NULL REFERENCES contacts (id), remark text)",
    "CREATE TABLE invoices (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    "contact_id integer REFERENCES contacts (id), billing_name varchar(200), billing_email varchar(200), "
    "issued_on date)",
    "CREATE TABLE logins (id integer PRIMARY KEY, account_id integer NOT NULL, email varchar(200), ip varchar(40))",
    "CREATE TABLE audit_events (id integer PRIMARY KEY, contact_id integer REFERENCES contacts (id), "
    "reference varchar(60) NOT NULL UNIQUE, details text)",
    "CREATE INDEX conversations_contact ON conversations (contact_id)",
    "CREATE INDEX conversations_last ON conversations (last_message_id)",
    "CREATE INDEX messages_conversation ON messages (conversation_id)",
    "CREATE INDEX referrals_referrer ON referrals (referrer_id)",
    "CREATE INDEX referrals_referred ON referrals (referred_id)",
    "CREATE INDEX invoices_contact ON invoices (contact_id)",
    "CREATE INDEX audit_contact ON audit_events (contact_id)",
)
LAST_MESSAGE = "ALTER TABLE conversations ADD FOREIGN KEY (last_message_id) REFERENCES messages (id)"

ROWS = (
    "INSERT INTO accounts VALUES (1, 'Acme'), (2, 'Bolt')",
    "INSERT INTO contacts VALUES (1, 1, 'jane@example.com', 'Jane Moore', '+44 20 7946 0001'), "
    "(2, 1, 'Jane@Example.com', 'J. Moore', NULL), (3, 1, 'ken@example.com', 'Ken Sato', NULL), "
    "(4, 1, 'lee@example.com', 'Lee Roth', NULL), (5, 2, 'jane@example.com', 'Jane Moore', NULL)",
    "INSERT INTO conversations VALUES (1, 1, 'refund', NULL), (2, 2, 'again', NULL), (3, 3, 'shared', NULL), "
    "(4, 5, 'other Customer', NULL), (5, 4, 'lonely', NULL)",
    "INSERT INTO messages VALUES (1, 1, 'Contact', 1, 'Jane Moore', 'hello'), (2, 1, 'User', 9, 'Support', 'hi Jane'), "
    "(3, 2, 'Contact', 2, 'J. Moore', 'me again'), (4, 3, 'Contact', 3, 'Ken Sato', 'look, jane@example.com'), "
    "(5, 3, 'Contact', 1, 'Jane Moore', 'I saw'), (6, 4, 'Contact', 5, 'Jane Moore', 'elsewhere'), "
    "(7, 5, 'Contact', 4, 'Lee Roth', 'anybody?'), (8, 3, 'Contact', 4, 'Lee Roth', 'me too')",
    "UPDATE conversations SET last_message_id = CASE id WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 8 WHEN 4 THEN 6 "
    "ELSE 7 END",
    "INSERT INTO referrals VALUES (1, 1, 3, 'Jane knows him'), (2, 3, 4, 'a friend')",
    "INSERT INTO invoices VALUES (1, 1, 1, 'Jane Moore', 'jane@example.com', '2024-05-01'), "
    "(2, 1, 2, 'J. Moore', 'jane@example.com', '2012-05-01'), (3, 1, 3, 'Ken Sato', 'ken@example.com', '2024-05-01')",
    "INSERT INTO logins VALUES (1, 1, 'jane@example.com', '10.0.0.1'), (2, 1, 'JANE@example.com', '10.0.0.2'), "
    "(3, 1, 'ken@example.com', '10.0.0.3'), (4, 2, 'jane@example.com', '10.0.0.4'), (5, 1, '', '10.0.0.5')",
    "INSERT INTO audit_events VALUES (1, 1, 'r-1', 'Jane signed in'), (2, 2, 'r-2', 'J. signed in'), "
    "(3, 3, 'r-3', 'Ken signed in'), (4, NULL, 'r-4', 'started')",
)

POLICY = """\
version: 1
organization: Acme (a test)
contact: privacy@acme.example
stores: [{stores}]
grounds:
  accounting: {{for: 7 years, citation: a law}}
identity_types: {{app.contact_id: exact, billing.payer_id: exact}}
elsewhere:
  backups: {{owner: operations, deletion: overwritten after thirty days, longest: 30 days}}
limits: {{max_matches: 100, verification_days: 7, lock_timeout_ms: 5000, statement_timeout_ms: 60000}}
"""

APP = """\
version: 1
store: app
url: ${APP_DATABASE_URL}
customers: {table: accounts}
people:
  contact: {table: contacts, controller: customer}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      id: {identity: app.contact_id}
      email: {category: user.contact.email, identity: email}
      name: user.name
      phone: user.contact.phone_number
  conversations:
    customer: {via: contact_id}
    edges:
      contact_id: owned_by
      last_message_id: {to: messages.id, as: lookup}
    columns: {subject: user.content}
  messages:
    customer: {via: conversation_id}
    edges:
      conversation_id: {as: owned_by, on_erase: delete}
      sender:
        pair: [sender_type, sender_id]
        to:
          Contact: {table: contacts, as: owned_by, on_erase: {mask: [sender_name, body]}}
    columns: {sender_name: user.name, body: user.content}
  referrals:
    customer: {via: referrer_id}
    edges:
      referrer_id: {to: contacts.id, as: owned_by, on_erase: {mask: [remark]}}
      referred_id: {to: contacts.id, as: owned_by, on_erase: {mask: [remark]}}
    columns: {remark: user.content}
  invoices:
    customer: account_id
    edges:
      contact_id: {as: owned_by, on_erase: unlink}
    columns: {billing_name: user.name, billing_email: user.contact.email}
    on_erase:
      keep: {ground: accounting, for: 7 years, after: issued_on, mask: [billing_email]}
  logins:
    customer: account_id
    edges:
      email: {to: contacts.email, as: owned_by}
    columns: {email: user.contact.email, ip: user.device.ip_address}
  audit_events:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    columns: {reference: user.unique_id, details: user.content}
    on_erase: mask
"""

BILLING_TABLES = (
    "CREATE TABLE payers (id integer PRIMARY KEY, email varchar(200) NOT NULL, name varchar(200))",
    "CREATE TABLE charges (id integer PRIMARY KEY, payer_id integer NOT NULL REFERENCES payers (id), "
    "note varchar(200))",
    "CREATE INDEX charges_payer ON charges (payer_id)",
)
BILLING_ROWS = (
    "INSERT INTO payers VALUES (1, 'jane@example.com', 'Jane Moore'), (2, 'ken@example.com', 'Ken Sato')",
    "INSERT INTO charges VALUES (1, 1, 'first'), (2, 1, 'second'), (3, 2, 'third')",
)
BILLING = """\
version: 1
store: billing
url: ${BILLING_DATABASE_URL}
people:
  payer: {table: payers, controller: us}
tables:
  payers:
    columns:
      id: {identity: billing.payer_id}
      email: {category: user.contact.email, identity: email}
      name: user.name
  charges:
    edges: {payer_id: owned_by}
    columns: {note: user.content}
"""


def app_statements(dialect: str) -> list[str]:
    """The app's tables and rows; PostgreSQL closes the ring of keys afterwards."""
    sqlite = dialect == "sqlite"
    inline = " REFERENCES messages (id)" if sqlite else ""
    made = [statement.replace("{last_message}", inline) for statement in TABLES]
    return [*made, *(() if sqlite else (LAST_MESSAGE,)), *ROWS]
