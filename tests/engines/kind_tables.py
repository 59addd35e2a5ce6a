"""The tables of `kinds.yaml`: five marks, some made at an instant that lies on another day in UTC than there."""

KIND_TABLES = """
CREATE TABLE owners ("user" VARCHAR);
INSERT INTO owners VALUES ('ann'), ('bob'), ('cat');
CREATE TABLE marks (mark_id INTEGER, made_at TIMESTAMP WITH TIME ZONE, noted_at TIMESTAMP, due DATE, born DATE,
  is_done BOOLEAN, word VARCHAR, points DOUBLE, price DECIMAL(10,2), "user" VARCHAR, "order" INTEGER);
INSERT INTO marks VALUES
  (1, '2026-01-01 00:30:00+08', '2026-01-01 00:30:00', '2026-01-10', '1990-03-31', true, 'pear', 1, 10.50, 'ann', 1),
  (2, '2026-01-31 23:30:00+00', '2026-01-31 23:30:00', '2026-02-20', '2000-04-01', false, 'Apple', 2, 3.25, 'ann', 2),
  (3, '2026-02-01 01:00:00+02', '2026-02-01 01:00:00', '2026-01-20', NULL, true, 'fig', 4, 7.25, 'bob', 1),
  (4, '2026-03-15 12:00:00+00', '2026-03-15 12:00:00', NULL, '1985-12-31', NULL, NULL, 8, 9.00, 'bob', 2),
  (5, '2026-03-31 22:00:00-05', '2026-03-31 22:00:00', '2026-04-01', '2026-03-31', false, 'date', 16, 0.75, NULL, 3);
CREATE TABLE pings (ping_id INTEGER, "user" VARCHAR, pinged_on DATE);
INSERT INTO pings VALUES (1, 'ann', '2026-01-05'), (2, 'cat', '2026-02-06'), (3, NULL, '2026-03-07');
CREATE TABLE instants (id INTEGER, made_at TIMESTAMPTZ);
INSERT INTO instants VALUES (1, '2026-06-30 15:30:00+00'), (2, '2026-06-30 23:59:00+00'), (3, '2026-07-01 00:30:00+00');
"""
