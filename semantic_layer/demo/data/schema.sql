-- The tables of the demo company: the loyalty data contract, version 1, column for column.

CREATE TABLE customers (
  customer_id          BIGINT PRIMARY KEY,
  customer_name        VARCHAR,
  phone                VARCHAR,
  email                VARCHAR,
  gender               VARCHAR,
  birth_date           DATE,
  city                 VARCHAR,
  province             VARCHAR,
  region               VARCHAR,
  registered_at        TIMESTAMP NOT NULL,
  acquisition_channel  VARCHAR,
  acquisition_cost     DECIMAL(12,2),
  referred_by          BIGINT,
  member_tier          VARCHAR NOT NULL
);

CREATE TABLE source_accounts (
  source_system        VARCHAR NOT NULL,
  source_account_id    VARCHAR NOT NULL,
  phone                VARCHAR,
  email                VARCHAR,
  created_at           TIMESTAMP,
  customer_id          BIGINT,
  PRIMARY KEY (source_system, source_account_id)
);

CREATE TABLE tier_history (
  customer_id          BIGINT NOT NULL,
  tier                 VARCHAR NOT NULL,
  valid_from           TIMESTAMP NOT NULL,
  valid_to             TIMESTAMP
);

CREATE TABLE products (
  product_id           BIGINT PRIMARY KEY,
  product_name         VARCHAR NOT NULL,
  category             VARCHAR NOT NULL,
  subcategory          VARCHAR NOT NULL,
  brand                VARCHAR NOT NULL,
  unit_cost            DECIMAL(12,2) NOT NULL,
  launched_on          DATE NOT NULL
);

CREATE TABLE stores (
  store_id             BIGINT PRIMARY KEY,
  store_name           VARCHAR NOT NULL,
  city                 VARCHAR NOT NULL,
  region               VARCHAR NOT NULL
);

CREATE TABLE orders (
  order_id             BIGINT PRIMARY KEY,
  customer_id          BIGINT NOT NULL,
  ordered_at           TIMESTAMP NOT NULL,
  channel              VARCHAR NOT NULL,
  store_id             BIGINT,
  status               VARCHAR NOT NULL,
  campaign_id          BIGINT,
  gross_amount         DECIMAL(12,2) NOT NULL,
  discount_amount      DECIMAL(12,2) NOT NULL,
  net_amount           DECIMAL(12,2) NOT NULL,
  cost_amount          DECIMAL(12,2) NOT NULL
);

CREATE TABLE order_items (
  order_id             BIGINT NOT NULL,
  line_no              INTEGER NOT NULL,
  product_id           BIGINT NOT NULL,
  quantity             INTEGER NOT NULL,
  unit_price           DECIMAL(12,2) NOT NULL,
  net_amount           DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (order_id, line_no)
);

CREATE TABLE points_ledger (
  entry_id             BIGINT PRIMARY KEY,
  customer_id          BIGINT NOT NULL,
  occurred_at          TIMESTAMP NOT NULL,
  kind                 VARCHAR NOT NULL,
  points               INTEGER NOT NULL,
  order_id             BIGINT
);

CREATE TABLE subscriptions (
  subscription_id      BIGINT NOT NULL,
  term_no              INTEGER NOT NULL,
  customer_id          BIGINT NOT NULL,
  plan                 VARCHAR NOT NULL,
  term_start           DATE NOT NULL,
  term_end             DATE NOT NULL,
  fee                  DECIMAL(12,2) NOT NULL,
  auto_renew           BOOLEAN NOT NULL,
  outcome              VARCHAR NOT NULL,
  cancel_reason        VARCHAR,
  PRIMARY KEY (subscription_id, term_no)
);

CREATE TABLE app_events (
  event_id             BIGINT PRIMARY KEY,
  customer_id          BIGINT NOT NULL,
  occurred_at          TIMESTAMP NOT NULL,
  event_type           VARCHAR NOT NULL,
  channel              VARCHAR NOT NULL,
  feature              VARCHAR
);

CREATE TABLE support_tickets (
  ticket_id            BIGINT PRIMARY KEY,
  customer_id          BIGINT NOT NULL,
  opened_at            TIMESTAMP NOT NULL,
  first_response_at    TIMESTAMP,
  resolved_at          TIMESTAMP,
  category             VARCHAR NOT NULL,
  is_complaint         BOOLEAN NOT NULL,
  channel              VARCHAR NOT NULL,
  csat                 INTEGER
);

CREATE TABLE survey_responses (
  response_id          BIGINT PRIMARY KEY,
  customer_id          BIGINT NOT NULL,
  responded_at         TIMESTAMP NOT NULL,
  survey               VARCHAR NOT NULL,
  score                INTEGER NOT NULL,
  comment              VARCHAR
);

CREATE TABLE social_mentions (
  mention_id           BIGINT PRIMARY KEY,
  customer_id          BIGINT,
  posted_at            TIMESTAMP NOT NULL,
  platform             VARCHAR NOT NULL,
  sentiment            VARCHAR NOT NULL,
  topic                VARCHAR NOT NULL,
  content              VARCHAR
);

CREATE TABLE campaigns (
  campaign_id          BIGINT PRIMARY KEY,
  campaign_name        VARCHAR NOT NULL,
  campaign_type        VARCHAR NOT NULL,
  started_at           TIMESTAMP NOT NULL,
  ended_at             TIMESTAMP NOT NULL,
  cost                 DECIMAL(12,2) NOT NULL
);

CREATE TABLE campaign_members (
  campaign_id          BIGINT NOT NULL,
  customer_id          BIGINT NOT NULL,
  arm                  VARCHAR NOT NULL,
  sent_at              TIMESTAMP NOT NULL,
  opened_at            TIMESTAMP,
  clicked_at           TIMESTAMP,
  redeemed_at          TIMESTAMP,
  converted_order_id   BIGINT,
  PRIMARY KEY (campaign_id, customer_id)
);

CREATE TABLE marketing_spend (
  spend_date           DATE NOT NULL,
  acquisition_channel  VARCHAR NOT NULL,
  amount               DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (spend_date, acquisition_channel)
);

CREATE TABLE competitor_benchmarks (
  competitor           VARCHAR NOT NULL,
  month                DATE NOT NULL,
  metric               VARCHAR NOT NULL,
  value                DOUBLE NOT NULL,
  source               VARCHAR NOT NULL,
  PRIMARY KEY (competitor, month, metric)
);

CREATE TABLE customer_scores (
  customer_id          BIGINT PRIMARY KEY,
  scored_on            DATE NOT NULL,
  recency_days         INTEGER NOT NULL,
  frequency            INTEGER NOT NULL,
  monetary             DECIMAL(14,2) NOT NULL,
  r_score              INTEGER NOT NULL,
  f_score              INTEGER NOT NULL,
  m_score              INTEGER NOT NULL,
  rfm_segment          VARCHAR NOT NULL,
  lifecycle_stage      VARCHAR NOT NULL,
  value_tier           VARCHAR NOT NULL,
  loyalty_score        DOUBLE NOT NULL,
  loyalty_level        VARCHAR NOT NULL,
  p_alive              DOUBLE NOT NULL,
  churn_probability    DOUBLE NOT NULL,
  churn_risk           VARCHAR NOT NULL,
  churn_reasons        VARCHAR NOT NULL,
  expected_orders_12m  DOUBLE NOT NULL,
  predicted_clv_12m    DOUBLE NOT NULL,
  recommended_action   VARCHAR NOT NULL
);
