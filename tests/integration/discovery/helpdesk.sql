-- A customer support application in the manner of Ruby on Rails: keys by name, few declared, polymorphic pairs.
CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at datetime NOT NULL);
CREATE TABLE accounts (id integer PRIMARY KEY, name varchar NOT NULL, locale integer DEFAULT 0, domain varchar(100),
  closed_at datetime, settings json, created_at datetime NOT NULL);
CREATE TABLE users (id integer PRIMARY KEY, name varchar NOT NULL, display_name varchar, email varchar NOT NULL UNIQUE,
  encrypted_password varchar NOT NULL, reset_password_token varchar, current_sign_in_ip varchar, ui_settings json,
  sign_in_count integer DEFAULT 0, created_at datetime NOT NULL);
CREATE TABLE account_users (id integer PRIMARY KEY, account_id integer NOT NULL, user_id integer NOT NULL,
  inviter_id integer, role integer DEFAULT 0, created_at datetime NOT NULL);
CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer NOT NULL, company_id integer, name varchar,
  middle_name varchar, last_name varchar, email varchar, phone_number varchar, identifier varchar, location varchar,
  country_code varchar, additional_attributes json, custom_attributes json, blocked boolean DEFAULT false,
  email_changed_at datetime, last_activity_at datetime, created_at datetime NOT NULL);
CREATE TABLE companies (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL, domain varchar,
  phone varchar, description text, created_at datetime NOT NULL);
CREATE TABLE inboxes (id integer PRIMARY KEY, account_id integer NOT NULL, channel_type varchar, channel_id integer,
  portal_id integer, name varchar NOT NULL, greeting_message varchar, timezone varchar, created_at datetime NOT NULL);
CREATE TABLE inbox_members (id integer PRIMARY KEY, inbox_id integer NOT NULL, user_id integer NOT NULL);
CREATE TABLE channel_email (id integer PRIMARY KEY, account_id integer NOT NULL, email varchar NOT NULL,
  forward_to_email varchar NOT NULL, imap_login varchar, imap_password varchar, created_at datetime NOT NULL);
CREATE TABLE channel_web_widgets (id integer PRIMARY KEY, account_id integer NOT NULL, website_url varchar,
  website_token varchar, widget_color varchar, created_at datetime NOT NULL);
CREATE TABLE contact_inboxes (id integer PRIMARY KEY, contact_id integer NOT NULL, inbox_id integer NOT NULL,
  source_id varchar NOT NULL, pubsub_token varchar, created_at datetime NOT NULL);
CREATE TABLE conversations (id integer PRIMARY KEY, account_id integer NOT NULL, inbox_id integer NOT NULL,
  contact_id integer NOT NULL, contact_inbox_id integer, assignee_id integer, team_id integer, campaign_id integer,
  sla_policy_id integer, status integer DEFAULT 0, display_id integer NOT NULL, additional_attributes json,
  custom_attributes json, snoozed_until datetime, created_at datetime NOT NULL);
CREATE TABLE messages (id integer PRIMARY KEY, account_id integer NOT NULL, inbox_id integer NOT NULL,
  conversation_id integer NOT NULL, sender_type varchar, sender_id integer, content text, content_type varchar,
  private boolean DEFAULT false, source_id varchar, content_attributes json, created_at datetime NOT NULL);
CREATE TABLE attachments (id integer PRIMARY KEY, account_id integer NOT NULL, message_id integer NOT NULL,
  file_type integer, external_url varchar, fallback_title varchar, extension varchar, created_at datetime NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, account_id integer NOT NULL, contact_id integer NOT NULL, user_id integer,
  content text NOT NULL, created_at datetime NOT NULL);
CREATE TABLE mentions (id integer PRIMARY KEY, account_id integer NOT NULL, user_id integer NOT NULL,
  conversation_id integer NOT NULL, mentioned_at datetime NOT NULL);
CREATE TABLE conversation_participants (id integer PRIMARY KEY, account_id integer NOT NULL, user_id integer NOT NULL,
  conversation_id integer NOT NULL, created_at datetime NOT NULL);
CREATE TABLE teams (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL, description text);
CREATE TABLE team_members (id integer PRIMARY KEY, team_id integer NOT NULL REFERENCES teams (id), user_id integer NOT NULL);
CREATE TABLE labels (id integer PRIMARY KEY, account_id integer, title varchar, color varchar, description text);
CREATE TABLE tags (id integer PRIMARY KEY, name varchar);
CREATE TABLE taggings (id integer PRIMARY KEY, tag_id integer, taggable_type varchar, taggable_id integer,
  tagger_type varchar, tagger_id integer, context varchar(128), created_at datetime);
CREATE TABLE campaigns (id integer PRIMARY KEY, account_id integer NOT NULL, inbox_id integer NOT NULL, sender_id integer,
  title varchar NOT NULL, description text, message text NOT NULL, audience json, created_at datetime NOT NULL);
CREATE TABLE campaign_recipients (id integer PRIMARY KEY, campaign_id integer NOT NULL, contact_id integer NOT NULL,
  opened_at datetime, ip_address varchar, user_agent varchar);
CREATE TABLE canned_responses (id integer PRIMARY KEY, account_id integer NOT NULL, short_code varchar, content text);
CREATE TABLE csat_survey_responses (id integer PRIMARY KEY, account_id integer NOT NULL, conversation_id integer NOT NULL,
  message_id integer NOT NULL, contact_id integer NOT NULL, assigned_agent_id integer, rating integer NOT NULL,
  feedback_message text, created_at datetime NOT NULL);
CREATE TABLE notifications (id integer PRIMARY KEY, account_id integer NOT NULL, user_id integer NOT NULL,
  primary_actor_type varchar NOT NULL, primary_actor_id integer NOT NULL, secondary_actor_type varchar,
  secondary_actor_id integer, read_at datetime, created_at datetime NOT NULL);
CREATE TABLE notification_subscriptions (id integer PRIMARY KEY, user_id integer NOT NULL, subscription_type integer NOT NULL,
  subscription_attributes json NOT NULL, identifier varchar, created_at datetime NOT NULL);
CREATE TABLE access_tokens (id integer PRIMARY KEY, owner_type varchar, owner_id integer, token varchar NOT NULL UNIQUE);
CREATE TABLE audits (id integer PRIMARY KEY, auditable_id integer, auditable_type varchar, associated_id integer,
  associated_type varchar, user_id integer, user_type varchar, username varchar, action varchar, audited_changes json,
  comment varchar, remote_address varchar, created_at datetime);
CREATE TABLE reporting_events (id integer PRIMARY KEY, account_id integer, name varchar, value float, inbox_id integer,
  user_id integer, conversation_id integer, event_start_time datetime, created_at datetime NOT NULL);
CREATE TABLE articles (id integer PRIMARY KEY, account_id integer NOT NULL, portal_id integer NOT NULL, category_id integer,
  folder_id integer, author_id integer, associated_article_id integer, title varchar, content text, views integer);
CREATE TABLE categories (id integer PRIMARY KEY, account_id integer NOT NULL, portal_id integer NOT NULL, name varchar,
  parent_category_id integer, position integer);
CREATE TABLE portals (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL, slug varchar NOT NULL,
  custom_domain varchar, homepage_link varchar);
CREATE TABLE webhooks (id integer PRIMARY KEY, account_id integer, inbox_id integer, url varchar, subscriptions json);
CREATE TABLE working_hours (id integer PRIMARY KEY, inbox_id integer, account_id integer, day_of_week integer NOT NULL,
  open_hour integer, close_hour integer);
CREATE TABLE custom_filters (id integer PRIMARY KEY, name varchar NOT NULL, query json, account_id integer NOT NULL,
  user_id integer NOT NULL);
CREATE TABLE custom_attribute_definitions (id integer PRIMARY KEY, account_id integer, attribute_key varchar,
  attribute_display_name varchar, attribute_model integer, default_value integer);
CREATE TABLE macros (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL, created_by_id integer,
  updated_by_id integer, actions json NOT NULL);
CREATE TABLE automation_rules (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL,
  description text, event_name varchar NOT NULL, conditions json, actions json);
CREATE TABLE sla_policies (id integer PRIMARY KEY, account_id integer NOT NULL, name varchar NOT NULL, threshold float);
CREATE TABLE applied_slas (id integer PRIMARY KEY, account_id integer NOT NULL, sla_policy_id integer NOT NULL,
  conversation_id integer NOT NULL, sla_status integer);
CREATE TABLE subscriptions (id integer PRIMARY KEY, account_id integer NOT NULL, plan_id integer NOT NULL,
  billing_plan varchar, next_billing_date datetime);
CREATE TABLE plans (id integer PRIMARY KEY, name varchar NOT NULL, price_cents integer, features json);
CREATE TABLE invoices (id integer PRIMARY KEY, account_id integer NOT NULL, contact_id integer NOT NULL, number varchar NOT NULL,
  billing_email varchar, total_cents integer NOT NULL, issued_at datetime, created_at datetime NOT NULL);
CREATE TABLE invoice_lines (id integer PRIMARY KEY, invoice_id integer NOT NULL, plan_id integer, description varchar,
  amount_cents integer NOT NULL);
CREATE TABLE payments (id integer PRIMARY KEY, invoice_id integer, contact_id integer NOT NULL, card_last4 varchar(4),
  amount_cents integer NOT NULL, paid_at datetime);
CREATE TABLE addresses (id integer PRIMARY KEY, addressable_type varchar, addressable_id integer, street varchar,
  city varchar, postal_code varchar, country varchar);
CREATE TABLE demo_requests (id integer PRIMARY KEY, work_email varchar NOT NULL, utm_source varchar, message text);
CREATE TABLE call_recordings (id integer PRIMARY KEY, account_id integer NOT NULL, message_id integer,
  conversation_id integer, recording_url varchar, transcript text);
CREATE TABLE delayed_jobs (id integer PRIMARY KEY, priority integer, handler text NOT NULL, last_error text, run_at datetime);
CREATE TABLE active_storage_blobs (id integer PRIMARY KEY, key varchar NOT NULL, filename varchar NOT NULL,
  content_type varchar, metadata text, byte_size bigint NOT NULL);
CREATE TABLE active_storage_attachments (id integer PRIMARY KEY, name varchar NOT NULL, record_type varchar NOT NULL,
  record_id bigint NOT NULL, blob_id bigint NOT NULL REFERENCES active_storage_blobs (id), created_at datetime NOT NULL);
CREATE TABLE integrations_hooks (id integer PRIMARY KEY, account_id integer, inbox_id integer, app_id varchar,
  reference_id varchar, access_token varchar, settings json);
