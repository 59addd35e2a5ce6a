-- A loyalty company of the data contract, of any size, by arithmetic alone: `orders` and `as_of` are variables.
-- Rows come in order of time, as they do where they are written as they happen; who buys is skewed, a fifth never buys.

SET VARIABLE customers = greatest(getvariable('orders') // 10, 10);
SET VARIABLE beginning = getvariable('as_of') - INTERVAL 1277 DAY;
SET VARIABLE ending = getvariable('as_of') + INTERVAL 1 DAY;

-- an even draw from [0, 1) that is the same in every run
CREATE TEMP MACRO draw(number, salt) AS (hash(number, salt) % 1000000007) / 1000000007.0;
CREATE TEMP MACRO pick(number, salt, options) AS options[1 + floor(draw(number, salt) * len(options))::BIGINT];
CREATE TEMP MACRO registered(customer) AS
  (getvariable('beginning') + to_seconds(floor(draw(customer, 'registered') * 1200 * 86400)::BIGINT))::TIMESTAMP;
CREATE TEMP MACRO after(since, number, salt) AS
  since + to_seconds(floor(draw(number, salt) * date_diff('second', since, getvariable('ending')))::BIGINT);
CREATE TEMP MACRO buyer(number, salt) AS
  1 + floor(getvariable('customers') * 0.8 * pow(draw(number, salt), 1.7))::BIGINT;
CREATE TEMP MACRO months_of(plan) AS CASE plan WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 ELSE 12 END;

CREATE TEMP TABLE places AS
SELECT * FROM (VALUES
  ('上海', '上海市', 'east'), ('杭州', '浙江省', 'east'), ('南京', '江苏省', 'east'), ('苏州', '江苏省', 'east'),
  ('广州', '广东省', 'south'), ('深圳', '广东省', 'south'), ('厦门', '福建省', 'south'), ('南宁', '广西', 'south'),
  ('北京', '北京市', 'north'), ('天津', '天津市', 'north'), ('石家庄', '河北省', 'north'), ('太原', '山西省', 'north'),
  ('武汉', '湖北省', 'central'), ('长沙', '湖南省', 'central'), ('郑州', '河南省', 'central'),
  ('成都', '四川省', 'southwest'), ('重庆', '重庆市', 'southwest'), ('昆明', '云南省', 'southwest'),
  ('西安', '陕西省', 'northwest'), ('兰州', '甘肃省', 'northwest'),
  ('沈阳', '辽宁省', 'northeast'), ('大连', '辽宁省', 'northeast'), ('长春', '吉林省', 'northeast')
) AS places(city, province, region);

CREATE TEMP TABLE numbered_places AS SELECT row_number() OVER () - 1 AS place, * FROM places;

INSERT INTO customers
SELECT c, 'customer ' || c, '13' || lpad(c::VARCHAR, 9, '0'), 'c' || c || '@example.com',
       pick(c, 'gender', ['female', 'female', 'male', 'unknown']),
       DATE '1950-01-01' + floor(draw(c, 'born') * 20000)::INTEGER, city, province, region, registered(c),
       pick(c, 'acquired', ['organic', 'search_ads', 'social', 'referral', 'offline_store']),
       round(draw(c, 'cost') * 80, 2), CASE WHEN draw(c, 'referred') < 0.15 THEN 1 + floor(draw(c, 'by') * c)::BIGINT END,
       pick(c, 'tier', ['basic', 'basic', 'basic', 'basic', 'silver', 'silver', 'gold', 'platinum'])
FROM range(1, getvariable('customers') + 1) AS numbers(c)
JOIN numbered_places ON place = hash(c, 'place') % 23;

INSERT INTO tier_history
SELECT customer_id, 'basic', registered_at,
       CASE WHEN member_tier <> 'basic' THEN after(registered_at, customer_id, 'promoted') END
FROM customers
UNION ALL
SELECT customer_id, member_tier, after(registered_at, customer_id, 'promoted'), NULL
FROM customers WHERE member_tier <> 'basic';

INSERT INTO products
SELECT p, 'product ' || p, category, category || '_' || (p % 4), 'brand ' || (p % 120), round(5 + draw(p, 'cost') * 200, 2),
       (getvariable('beginning') + to_days((p % 900)::INTEGER))::DATE
FROM (SELECT p, pick(p, 'category', ['mother_baby', 'beauty', 'food', 'home', 'electronics', 'apparel']) AS category
      FROM range(1, 2001) AS numbers(p));

INSERT INTO stores
SELECT s, 'store ' || s, city, region FROM range(1, 121) AS numbers(s) JOIN numbered_places ON place = s % 23;

INSERT INTO campaigns
SELECT c, 'campaign ' || c, pick(c, 'type', ['coupon', 'win_back', 'points_bonus', 'birthday', 'new_product']),
       getvariable('beginning') + to_days((c * 20)::INTEGER), getvariable('beginning') + to_days((c * 20 + 14)::INTEGER),
       round(5000 + draw(c, 'cost') * 50000, 2)
FROM range(1, 61) AS numbers(c);

INSERT INTO orders
WITH drawn AS (
  SELECT o, c, after(registered(c), o, 'ordered') AS ordered_at,
         pick(o, 'channel', ['app', 'app', 'web', 'mini_program', 'mini_program', 'store', 'marketplace']) AS channel,
         round(20 + 480 * pow(draw(o, 'gross'), 3), 2)::DECIMAL(12, 2) AS gross, draw(o, 'status') AS status
  FROM (SELECT o, buyer(o, 'buyer') AS c FROM range(1, getvariable('orders') + 1) AS numbers(o))
), priced AS (
  SELECT *, round(gross * 0.3 * draw(o, 'discount'), 2)::DECIMAL(12, 2) AS discount FROM drawn
)
SELECT row_number() OVER (ORDER BY ordered_at, o), c, ordered_at, channel,
       CASE WHEN channel = 'store' THEN 1 + hash(o, 'store') % 120 END,
       CASE WHEN status < 0.9 THEN 'paid' WHEN status < 0.96 THEN 'refunded' ELSE 'cancelled' END,
       CASE WHEN draw(o, 'attributed') < 0.05 THEN 1 + hash(o, 'campaign') % 60 END,
       gross, discount, gross - discount, round((gross - discount) * (0.4 + 0.3 * draw(o, 'cost')), 2)
FROM priced
ORDER BY 1;

INSERT INTO order_items
SELECT order_id, line, 1 + floor(2000 * pow(draw(order_id * 4 + line, 'product'), 2))::BIGINT,
       1 + hash(order_id, line) % 3, net,
       CASE WHEN line = 1 THEN net_amount - net * (lines - 1) ELSE net END
FROM (SELECT *, round(net_amount / lines, 2)::DECIMAL(12, 2) AS net,
             unnest(range(1, lines + 1)) AS line
      FROM (SELECT order_id, net_amount, 1 + floor(3 * pow(draw(order_id, 'lines'), 1.6))::BIGINT AS lines FROM orders));

INSERT INTO points_ledger
WITH entries AS (
  SELECT customer_id, ordered_at AS happened_at, 'earn' AS kind, 1 + floor(net_amount / 10)::INTEGER AS points, order_id
  FROM orders WHERE status = 'paid'
  UNION ALL
  SELECT customer_id, after(ordered_at, order_id, 'redeemed'), 'redeem', 10 + (hash(order_id, 'redeem') % 30)::INTEGER, NULL
  FROM orders WHERE status = 'paid' AND draw(order_id, 'redeems') < 0.2
  UNION ALL
  SELECT customer_id, after(ordered_at, order_id, 'expired'), 'expire', 5, NULL
  FROM orders WHERE status = 'paid' AND draw(order_id, 'expires') < 0.05
)
SELECT row_number() OVER (ORDER BY happened_at, customer_id, kind, points, order_id), customer_id, happened_at, kind, points, order_id
FROM entries ORDER BY 1;

INSERT INTO subscriptions
WITH contracts AS (
  SELECT s, 1 + floor(draw(s, 'customer') * getvariable('customers'))::BIGINT AS c,
         pick(s, 'plan', ['monthly', 'monthly', 'quarterly', 'annual']) AS plan,
         (getvariable('beginning') + to_days(floor(draw(s, 'start') * 1270)::INTEGER))::DATE AS first_day,
         1 + floor(9 * pow(draw(s, 'terms'), 2))::INTEGER AS terms
  FROM range(1, greatest(getvariable('orders') // 50, 10) + 1) AS numbers(s)
), each_term AS (
  SELECT *, unnest(range(1, terms + 1)) AS term FROM contracts
), dated AS (
  SELECT *, (first_day + to_months(((term - 1) * months_of(plan))::INTEGER))::DATE AS term_start,
         (first_day + to_months((term * months_of(plan))::INTEGER))::DATE AS term_end
  FROM each_term
), ended AS (
  SELECT *, CASE WHEN term_end > getvariable('as_of') THEN 'running' WHEN term < terms THEN 'renewed'
                 WHEN draw(s, 'outcome') < 0.5 THEN 'lapsed' ELSE 'cancelled' END AS outcome
  FROM dated WHERE term_start <= getvariable('as_of')
)
SELECT s, term, c, plan, term_start, term_end, 19.9 * months_of(plan), draw(s, 'auto') < 0.6, outcome,
       CASE WHEN outcome = 'cancelled'
            THEN pick(s, 'reason', ['price', 'product', 'service', 'competitor', 'no_longer_needed']) END
FROM ended ORDER BY term_start, s, term;

INSERT INTO app_events
WITH drawn AS (
  SELECT e, c, after(registered(c), e, 'occurred') AS occurred_at,
         pick(e, 'event', ['login', 'login', 'login', 'login', 'view_product', 'view_product', 'view_product', 'search',
                           'search', 'add_to_cart', 'checkout', 'feature_use', 'share']) AS event
  FROM (SELECT e, buyer(e, 'visitor') AS c FROM range(1, getvariable('orders') + 1) AS numbers(e))
)
SELECT row_number() OVER (ORDER BY occurred_at, e), c, occurred_at, event,
       pick(e, 'event channel', ['app', 'app', 'web', 'mini_program']),
       CASE WHEN event = 'feature_use' THEN pick(e, 'feature', ['wishlist', 'scan', 'review']) END
FROM drawn ORDER BY 1;

INSERT INTO support_tickets
WITH drawn AS (
  SELECT t, c, after(registered(c), t, 'opened') AS opened_at
  FROM (SELECT t, buyer(t, 'complainer') AS c FROM range(1, getvariable('orders') // 20 + 1) AS numbers(t))
), answered AS (
  SELECT *, CASE WHEN draw(t, 'answers') < 0.97 THEN after(opened_at, t, 'answered') END AS answered_at FROM drawn
)
SELECT row_number() OVER (ORDER BY opened_at, t), c, opened_at, answered_at,
       CASE WHEN draw(t, 'resolves') < 0.9 THEN answered_at + INTERVAL 5 HOUR END,
       pick(t, 'category', ['product_quality', 'service_attitude', 'delivery', 'price', 'refund', 'account', 'other']),
       draw(t, 'complaint') < 0.4, pick(t, 'channel', ['phone', 'chat', 'email', 'social']),
       CASE WHEN draw(t, 'rates') < 0.5 THEN 1 + hash(t, 'rating') % 5 END
FROM answered ORDER BY 1;

INSERT INTO survey_responses
WITH drawn AS (
  SELECT r, c, after(registered(c), r, 'responded') AS responded_at, pick(r, 'survey', ['nps', 'nps', 'csat']) AS survey
  FROM (SELECT r, buyer(r, 'respondent') AS c FROM range(1, getvariable('orders') // 20 + 1) AS numbers(r))
)
SELECT row_number() OVER (ORDER BY responded_at, r), c, responded_at, survey,
       CASE survey WHEN 'nps' THEN hash(r, 'nps') % 11 ELSE 1 + hash(r, 'csat') % 5 END, NULL
FROM drawn ORDER BY 1;

INSERT INTO marketing_spend
SELECT day::DATE, channel, round(1000 + draw(epoch(day)::BIGINT, channel) * 9000, 2)
FROM range(getvariable('beginning')::TIMESTAMP, getvariable('ending')::TIMESTAMP, INTERVAL 1 DAY) AS days(day),
     (SELECT unnest(['organic', 'search_ads', 'social', 'referral', 'offline_store']) AS channel)
ORDER BY ALL;

INSERT INTO campaign_members
SELECT 1 + m % 60, c, CASE WHEN draw(m, 'arm') < 0.8 THEN 'treatment' ELSE 'control' END, sent_at,
       CASE WHEN draw(m, 'opens') < 0.4 THEN sent_at + INTERVAL 3 HOUR END,
       CASE WHEN draw(m, 'clicks') < 0.1 THEN sent_at + INTERVAL 4 HOUR END, NULL,
       CASE WHEN draw(m, 'converts') < 0.03 THEN m END
FROM (SELECT c AS m, c, getvariable('beginning') + to_days(((1 + c % 60) * 20)::INTEGER) AS sent_at
      FROM range(1, getvariable('customers') + 1) AS numbers(c));
