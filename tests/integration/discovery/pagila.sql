-- The shape of the Pagila example rental (devrimgunduz/pagila, PostgreSQL licence), shortened: an address that
-- customers and staff own, and partitions.
CREATE TABLE actor (actor_id integer PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL);
CREATE TABLE country (country_id integer PRIMARY KEY, country text NOT NULL);
CREATE TABLE city (city_id integer PRIMARY KEY, city text NOT NULL,
  country_id integer NOT NULL REFERENCES country (country_id));
CREATE TABLE address (address_id integer PRIMARY KEY, address text NOT NULL, address2 text, district text NOT NULL,
  city_id integer NOT NULL REFERENCES city (city_id), postal_code text, phone text NOT NULL);
CREATE TABLE language (language_id integer PRIMARY KEY, name char(20) NOT NULL);
CREATE TABLE film (film_id integer PRIMARY KEY, title text NOT NULL, description text,
  language_id integer NOT NULL REFERENCES language (language_id));
CREATE TABLE film_actor (actor_id integer NOT NULL REFERENCES actor (actor_id),
  film_id integer NOT NULL REFERENCES film (film_id), PRIMARY KEY (actor_id, film_id));
CREATE TABLE store (store_id integer PRIMARY KEY, manager_staff_id integer NOT NULL,
  address_id integer NOT NULL REFERENCES address (address_id));
CREATE TABLE staff (staff_id integer PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
  address_id integer NOT NULL REFERENCES address (address_id), email text, username text NOT NULL, password text,
  store_id integer NOT NULL REFERENCES store (store_id));
CREATE TABLE customer (customer_id integer PRIMARY KEY, store_id integer NOT NULL REFERENCES store (store_id),
  first_name text NOT NULL, last_name text NOT NULL, email text,
  address_id integer NOT NULL REFERENCES address (address_id));
CREATE TABLE inventory (inventory_id integer PRIMARY KEY, film_id integer NOT NULL REFERENCES film (film_id),
  store_id integer NOT NULL REFERENCES store (store_id));
CREATE TABLE rental (rental_id integer PRIMARY KEY, rental_date timestamp NOT NULL,
  inventory_id integer NOT NULL REFERENCES inventory (inventory_id),
  customer_id integer NOT NULL REFERENCES customer (customer_id), staff_id integer NOT NULL REFERENCES staff (staff_id));
CREATE TABLE payment (payment_id integer NOT NULL, customer_id integer NOT NULL REFERENCES customer (customer_id),
  staff_id integer NOT NULL REFERENCES staff (staff_id), rental_id integer NOT NULL REFERENCES rental (rental_id),
  amount numeric(5, 2) NOT NULL, payment_date timestamp NOT NULL);
