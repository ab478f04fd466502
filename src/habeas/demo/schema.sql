-- The database of Lantern, an invented vendor of customer-success software. SQLite and PostgreSQL both take it:
-- `schema.py` writes `id integer PRIMARY KEY` and `json` in the dialect's own way, and adds keys, indexes and
-- triggers after the rows. As in real applications, some references are declared and some stand in the name alone.

CREATE TABLE accounts (
  id integer PRIMARY KEY,
  name text NOT NULL,
  domain text NOT NULL,
  industry text,
  country varchar(2) NOT NULL,
  csm_id bigint REFERENCES users ON DELETE SET NULL,
  billing_contact_id bigint REFERENCES contacts ON DELETE SET NULL,
  created_at timestamp NOT NULL,
  closed_at timestamp
);
CREATE TABLE users (
  id integer PRIMARY KEY,
  account_id bigint REFERENCES accounts,
  email text NOT NULL,
  name text NOT NULL,
  title text,
  phone text,
  locale varchar(5) NOT NULL DEFAULT 'en',
  role text NOT NULL DEFAULT 'agent',
  password_hash text NOT NULL,
  last_login_at timestamp,
  last_login_ip text,
  suspended boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  UNIQUE (account_id, email)
);
CREATE TABLE companies (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  name text NOT NULL,
  domain text,
  industry text,
  headcount integer
);
CREATE TABLE households (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  name text NOT NULL,
  street text,
  city text,
  postal_code text,
  country varchar(2)
);
CREATE TABLE contacts (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  company_id bigint REFERENCES companies ON DELETE SET NULL,
  household_id bigint REFERENCES households ON DELETE SET NULL,
  external_id text,
  first_name text,
  last_name text,
  full_name text NOT NULL,
  email text,
  email_changed_at timestamp,
  phone text,
  job_title text,
  birth_date date,
  gender varchar(10),
  language varchar(5),
  time_zone text,
  street text,
  city text,
  postal_code text,
  country varchar(2),
  profile_url text,
  marketing_consent boolean NOT NULL DEFAULT false,
  unsubscribe_token text NOT NULL UNIQUE,
  last_seen_at timestamp,
  last_seen_ip text,
  custom json,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL,
  deleted_at timestamp,
  UNIQUE (account_id, external_id)
);
CREATE TABLE contact_relations (
  id integer PRIMARY KEY,
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  related_contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  kind text NOT NULL
);
CREATE TABLE referrals (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  referrer_id bigint NOT NULL REFERENCES contacts,
  referred_id bigint NOT NULL REFERENCES contacts,
  reward_cents bigint NOT NULL DEFAULT 0,
  remark text,
  created_at timestamp NOT NULL
);
CREATE TABLE conversations (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  assignee_id bigint REFERENCES users ON DELETE SET NULL,
  channel text NOT NULL,
  subject text NOT NULL,
  status text NOT NULL,
  messages_count integer NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL,
  closed_at timestamp,
  deleted_at timestamp
);
CREATE TABLE conversation_participants (
  conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  added_at timestamp NOT NULL,
  PRIMARY KEY (conversation_id, contact_id)
);
CREATE TABLE messages (
  id integer PRIMARY KEY,
  conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
  sender_type text,
  sender_id bigint,
  sender_name text,
  body text NOT NULL,
  internal boolean NOT NULL DEFAULT false,
  sent_at timestamp NOT NULL
);
CREATE TABLE attachments (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  attachable_type text NOT NULL,
  attachable_id bigint NOT NULL,
  uploader_type text,
  uploader_id bigint,
  title text NOT NULL,
  content_type text NOT NULL,
  byte_size integer NOT NULL,
  content bytea,
  created_at timestamp NOT NULL
);
CREATE TABLE notes (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  notable_type text NOT NULL,
  notable_id bigint NOT NULL,
  author_id bigint NOT NULL REFERENCES users,
  body text NOT NULL,
  created_at timestamp NOT NULL
);
CREATE TABLE tags (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  name text NOT NULL,
  color varchar(7),
  UNIQUE (account_id, name)
);
CREATE TABLE taggings (
  id integer PRIMARY KEY,
  tag_id bigint NOT NULL REFERENCES tags ON DELETE CASCADE,
  taggable_type text NOT NULL,
  taggable_id bigint NOT NULL,
  created_at timestamp NOT NULL,
  UNIQUE (tag_id, taggable_type, taggable_id)
);
CREATE TABLE plans (
  id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  price_cents bigint NOT NULL,
  billing_interval text NOT NULL
);
CREATE TABLE subscriptions (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  contact_id bigint REFERENCES contacts ON DELETE SET NULL,
  plan_id bigint NOT NULL REFERENCES plans,
  status text NOT NULL,
  cancellation_reason text,
  started_at timestamp NOT NULL,
  cancelled_at timestamp
);
CREATE TABLE payment_methods (
  id integer PRIMARY KEY,
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  kind text NOT NULL,
  holder_name text NOT NULL,
  iban text,
  card_last4 varchar(4),
  expires_on date
);
CREATE TABLE invoices (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  contact_id bigint REFERENCES contacts,
  subscription_id bigint NOT NULL REFERENCES subscriptions,
  number text NOT NULL UNIQUE,
  billing_name text NOT NULL,
  billing_email text,
  billing_address text,
  total_cents bigint NOT NULL,
  currency varchar(3) NOT NULL,
  issued_at date NOT NULL,
  paid_at date
);
CREATE TABLE invoice_lines (
  id integer PRIMARY KEY,
  invoice_id bigint NOT NULL REFERENCES invoices ON DELETE CASCADE,
  position integer NOT NULL,
  description text NOT NULL,
  quantity integer NOT NULL,
  amount_cents bigint NOT NULL
);
CREATE TABLE surveys (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  title text NOT NULL,
  created_by_id bigint REFERENCES users ON DELETE SET NULL,
  created_at timestamp NOT NULL
);
CREATE TABLE survey_questions (
  id integer PRIMARY KEY,
  survey_id bigint NOT NULL REFERENCES surveys ON DELETE CASCADE,
  position integer NOT NULL,
  wording text NOT NULL
);
CREATE TABLE survey_responses (
  id integer PRIMARY KEY,
  question_id bigint NOT NULL REFERENCES survey_questions,
  contact_id bigint REFERENCES contacts,
  score integer,
  comment text,
  answered_at timestamp NOT NULL
);
CREATE TABLE tasks (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL,
  contact_id bigint,
  assignee_id bigint,
  created_by_id bigint NOT NULL REFERENCES users,
  title text NOT NULL,
  description text,
  due_on date,
  done_at timestamp
);
CREATE TABLE meetings (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  organizer_id bigint REFERENCES users ON DELETE SET NULL,
  title text NOT NULL,
  agenda text,
  place text,
  starts_at timestamp NOT NULL,
  minutes integer NOT NULL
);
CREATE TABLE meeting_participants (
  id integer PRIMARY KEY,
  meeting_id bigint NOT NULL REFERENCES meetings,
  contact_id bigint NOT NULL REFERENCES contacts,
  display_name text,
  email text,
  response text NOT NULL,
  UNIQUE (meeting_id, contact_id)
);
CREATE TABLE audit_events (
  id integer PRIMARY KEY,
  account_id bigint,
  actor_type text,
  actor_id bigint,
  actor_email text,
  action text NOT NULL,
  ip text,
  user_agent text,
  details json,
  created_at timestamp NOT NULL
);
CREATE TABLE email_campaigns (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  created_by_id bigint REFERENCES users ON DELETE SET NULL,
  name text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  sent_at timestamp
);
CREATE TABLE campaign_recipients (
  id integer PRIMARY KEY,
  campaign_id bigint NOT NULL REFERENCES email_campaigns ON DELETE CASCADE,
  email text NOT NULL,
  display_name text,
  sent_at timestamp,
  unsubscribed_at timestamp
);
CREATE TABLE email_events (
  id integer PRIMARY KEY,
  recipient_id bigint NOT NULL REFERENCES campaign_recipients ON DELETE CASCADE,
  kind text NOT NULL,
  url text,
  ip text,
  user_agent text,
  occurred_at timestamp NOT NULL
);
CREATE TABLE phone_calls (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  contact_id bigint REFERENCES contacts ON DELETE SET NULL,
  user_id bigint REFERENCES users ON DELETE SET NULL,
  direction text NOT NULL,
  phone_number text NOT NULL,
  seconds integer NOT NULL,
  transcript text,
  started_at timestamp NOT NULL
);
CREATE TABLE deals (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  company_id bigint REFERENCES companies ON DELETE SET NULL,
  owner_id bigint REFERENCES users ON DELETE SET NULL,
  main_contact_id bigint REFERENCES contacts ON DELETE SET NULL,
  main_contact_name text,
  title text NOT NULL,
  stage text NOT NULL,
  amount_cents bigint NOT NULL,
  created_at timestamp NOT NULL,
  closed_on date
);
CREATE TABLE deal_contacts (
  deal_id bigint NOT NULL REFERENCES deals ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  role text NOT NULL,
  PRIMARY KEY (deal_id, contact_id)
);
CREATE TABLE documents (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  contact_id bigint REFERENCES contacts,
  previous_id bigint REFERENCES documents ON DELETE SET NULL,
  author_id bigint REFERENCES users ON DELETE SET NULL,
  title text NOT NULL,
  body text NOT NULL,
  signed_by text,
  signed_at timestamp,
  created_at timestamp NOT NULL
);
CREATE TABLE sessions (
  id integer PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  token_hash text NOT NULL UNIQUE,
  ip text,
  user_agent text,
  created_at timestamp NOT NULL,
  expires_at timestamp NOT NULL
);
CREATE TABLE login_attempts (
  id integer PRIMARY KEY,
  email text NOT NULL,
  succeeded boolean NOT NULL,
  ip text,
  attempted_at timestamp NOT NULL
);
CREATE TABLE api_tokens (
  id integer PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  label text NOT NULL,
  token_hash text NOT NULL UNIQUE,
  last_used_at timestamp,
  last_used_ip text
);
CREATE TABLE custom_fields (
  id integer PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  label text NOT NULL,
  kind text NOT NULL
);
CREATE TABLE custom_field_values (
  id integer PRIMARY KEY,
  field_id bigint NOT NULL REFERENCES custom_fields ON DELETE CASCADE,
  contact_id bigint NOT NULL,
  value json NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE TABLE health_scores (
  contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
  computed_on date NOT NULL,
  score integer NOT NULL,
  explanation text,
  PRIMARY KEY (contact_id, computed_on)
);
CREATE TABLE notifications (
  id integer PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  notifiable_type text,
  notifiable_id bigint,
  wording text,
  read_at timestamp,
  created_at timestamp NOT NULL
);
CREATE TABLE settings (
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  name text NOT NULL,
  value text,
  PRIMARY KEY (account_id, name)
);
CREATE TABLE schema_migrations (
  version text PRIMARY KEY
);

CREATE INDEX ON accounts (csm_id);
CREATE INDEX ON accounts (billing_contact_id);
CREATE INDEX ON companies (account_id);
CREATE INDEX ON households (account_id);
CREATE INDEX ON contacts (company_id);
CREATE INDEX ON contacts (household_id);
CREATE INDEX ON contact_relations (contact_id);
CREATE INDEX ON contact_relations (related_contact_id);
CREATE INDEX ON referrals (account_id);
CREATE INDEX ON referrals (referrer_id);
CREATE INDEX ON referrals (referred_id);
CREATE INDEX ON conversations (account_id);
CREATE INDEX ON conversations (contact_id);
CREATE INDEX ON conversations (assignee_id);
CREATE INDEX ON conversation_participants (contact_id);
CREATE INDEX ON messages (conversation_id);
CREATE INDEX ON messages (sender_id, sender_type);
CREATE INDEX ON attachments (account_id);
CREATE INDEX ON attachments (attachable_id, attachable_type);
CREATE INDEX ON attachments (uploader_id, uploader_type);
CREATE INDEX ON notes (account_id);
CREATE INDEX ON notes (notable_id, notable_type);
CREATE INDEX ON notes (author_id);
CREATE INDEX ON taggings (taggable_id, taggable_type);
CREATE INDEX ON subscriptions (account_id);
CREATE INDEX ON subscriptions (contact_id);
CREATE INDEX ON subscriptions (plan_id);
CREATE INDEX ON payment_methods (contact_id);
CREATE INDEX ON invoices (account_id);
CREATE INDEX ON invoices (contact_id);
CREATE INDEX ON invoices (subscription_id);
CREATE INDEX ON invoice_lines (invoice_id);
CREATE INDEX ON surveys (account_id);
CREATE INDEX ON surveys (created_by_id);
CREATE INDEX ON survey_questions (survey_id);
CREATE INDEX ON survey_responses (question_id);
CREATE INDEX ON survey_responses (contact_id);
CREATE INDEX ON tasks (account_id);
CREATE INDEX ON tasks (contact_id);
CREATE INDEX ON tasks (assignee_id);
CREATE INDEX ON tasks (created_by_id);
CREATE INDEX ON meetings (account_id);
CREATE INDEX ON meetings (organizer_id);
CREATE INDEX ON meeting_participants (contact_id);
CREATE INDEX ON audit_events (account_id);
CREATE INDEX ON audit_events (actor_id, actor_type);
CREATE INDEX ON email_campaigns (account_id);
CREATE INDEX ON email_campaigns (created_by_id);
CREATE INDEX ON campaign_recipients (campaign_id);
CREATE INDEX ON email_events (recipient_id);
CREATE INDEX ON phone_calls (account_id);
CREATE INDEX ON phone_calls (contact_id);
CREATE INDEX ON phone_calls (user_id);
CREATE INDEX ON deals (account_id);
CREATE INDEX ON deals (company_id);
CREATE INDEX ON deals (owner_id);
CREATE INDEX ON deals (main_contact_id);
CREATE INDEX ON deal_contacts (contact_id);
CREATE INDEX ON documents (account_id);
CREATE INDEX ON documents (contact_id);
CREATE INDEX ON documents (previous_id);
CREATE INDEX ON documents (author_id);
CREATE INDEX ON sessions (user_id);
CREATE INDEX ON api_tokens (user_id);
CREATE INDEX ON custom_fields (account_id);
CREATE INDEX ON custom_field_values (field_id);
CREATE INDEX ON custom_field_values (contact_id);
CREATE INDEX ON notifications (user_id);
CREATE INDEX ON notifications (notifiable_id, notifiable_type);
