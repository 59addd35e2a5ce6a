"""The data of `joins.yaml`: four users, five bookings, whose values are powers of two times ten, so that a sum tells
which of them it holds."""

JOIN_TABLES = """
CREATE TABLE users (user_id INTEGER, joined_at TIMESTAMP, home_state VARCHAR, city_id INTEGER, plan_id VARCHAR,
  phone VARCHAR);
INSERT INTO users VALUES
  (1, '2026-01-01', 'CA', 10, 'p', '13800001111'), (2, '2026-01-10', 'NY', 20, 'q', '13900002222'),
  (3, '2026-02-01', NULL, NULL, 'p', NULL), (4, '2026-03-01', 'CA', 10, 'q', NULL);
CREATE TABLE cities (city_id INTEGER, region VARCHAR);
INSERT INTO cities VALUES (10, 'west'), (20, 'east');
CREATE TABLE plans (plan_id VARCHAR, plan_name VARCHAR);
INSERT INTO plans VALUES ('p', 'plus'), ('q', 'quick');
CREATE TABLE profiles (user_id INTEGER, language VARCHAR);
INSERT INTO profiles VALUES (1, 'zh'), (2, 'en');
CREATE TABLE bookings (booking_id INTEGER, guest_id INTEGER, host_id INTEGER, building VARCHAR, room_no INTEGER,
  listing_id VARCHAR, ds DATE, booked_at TIMESTAMP, value INTEGER);
INSERT INTO bookings VALUES
  (1, 1, 2, 'B1', 1, 'L1', '2026-01-15', '2026-01-15 10:00', 10),
  (2, 1, 4, 'B1', 2, 'L2', '2026-02-10', '2026-02-10 00:00', 20),
  (3, 2, 1, 'B2', 1, 'L1', '2026-02-20', '2026-02-20 12:00', 40),
  (4, 3, 2, 'B2', 9, 'L1', '2026-03-05', '2026-03-05 12:00', 80),
  (5, NULL, 1, 'B1', 1, 'L2', '2026-03-10', '2026-03-10 12:00', 160);
CREATE TABLE payments (payment_id INTEGER, booking_id INTEGER, paid_at TIMESTAMP, amount INTEGER);
INSERT INTO payments VALUES (1, 1, '2026-02-15', 5), (2, 2, '2026-02-15', 7), (3, 4, '2026-03-30', 9),
  (4, NULL, '2026-03-30', 11);
CREATE TABLE fees (fee_id INTEGER, booking_id INTEGER, currency VARCHAR, fee INTEGER);
INSERT INTO fees VALUES (1, 1, 'USD', 1), (2, 3, 'USD', 2), (3, 4, 'EUR', 4), (4, NULL, 'USD', 8);
CREATE TABLE reviews (review_id INTEGER, author_id INTEGER, subject_id INTEGER, written_at TIMESTAMP, stars INTEGER);
INSERT INTO reviews VALUES (1, 1, 2, '2026-02-01', 5), (2, 2, 1, '2026-02-15', 3), (3, 3, 4, '2026-03-01', 4);
CREATE TABLE rooms (building VARCHAR, room_no INTEGER, floor INTEGER);
INSERT INTO rooms VALUES ('B1', 1, 1), ('B1', 2, 2), ('B2', 1, 1);
CREATE TABLE listing_days (listing_id VARCHAR, ds DATE, price_band VARCHAR);
INSERT INTO listing_days VALUES ('L1', '2026-01-15', 'low'), ('L1', '2026-02-10', 'high'), ('L1', '2026-02-20', 'high'),
  ('L1', '2026-03-05', 'high'), ('L2', '2026-02-10', 'low'), ('L2', '2026-03-10', 'high');
CREATE TABLE tiers (user_id INTEGER, tier VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP);
INSERT INTO tiers VALUES (1, 'silver', '2026-01-01', '2026-02-10'), (1, 'gold', '2026-02-10', NULL),
  (2, 'silver', '2026-01-10', '2026-03-01'), (2, 'basic', '2026-03-01', '2026-03-20'), (3, 'gold', '2026-03-01', NULL);
CREATE TABLE rates (currency VARCHAR, good_from DATE, good_until DATE, rate_band VARCHAR);
INSERT INTO rates VALUES ('USD', '2026-01-01', '2026-02-15', 'cheap'), ('USD', '2026-02-15', NULL, 'dear');
CREATE TABLE plan_changes (user_id INTEGER, plan VARCHAR, since TIMESTAMP);
INSERT INTO plan_changes VALUES (1, 'free', '2026-01-01'), (1, 'paid', '2026-02-10'), (2, 'paid', '2026-02-25'),
  (3, 'free', '2026-01-01'), (3, 'paid', '2026-02-01'), (3, 'free', '2026-03-01');
CREATE TABLE staff (staff_id INTEGER, boss_id INTEGER, grade VARCHAR);
INSERT INTO staff VALUES (1, NULL, 'x'), (2, 1, 'y'), (3, 2, 'z'), (4, 2, 'z');
"""
