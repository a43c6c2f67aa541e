-- The log on PostgreSQL, format 2. Made by `rapport init` as the owner; running it again changes nothing.

CREATE SCHEMA IF NOT EXISTS rapport;

-- Zero is drawn here, once, so that last_value always is a number already drawn: feed_guard rests on it.
-- CACHE 1: with a larger cache a session would draw numbers below the bound it published.
CREATE SEQUENCE IF NOT EXISTS rapport.stored_events_notification_id_seq AS bigint MINVALUE 0 START 0 CACHE 1;

SELECT nextval('rapport.stored_events_notification_id_seq')
FROM rapport.stored_events_notification_id_seq
WHERE NOT is_called;

-- The library's columns, then ours. notification_id is an event's position; positions have gaps.
CREATE TABLE IF NOT EXISTS rapport.stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL DEFAULT nextval('rapport.stored_events_notification_id_seq'),
    tenant text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (originator_id, originator_version, tenant)
) WITH (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.01);

CREATE UNIQUE INDEX IF NOT EXISTS stored_events_notification_id_idx ON rapport.stored_events (notification_id);

-- Who tails the log must not pass an event whose transaction is still open. So a transaction that will append says,
-- before it draws its first number, that all it will draw lie above the last one drawn; a reader takes the smallest
-- such number as its bound. 126 in the highest byte sets these locks apart from all others.
CREATE OR REPLACE FUNCTION rapport.feed_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.current_setting('feed.guarded', true) IS DISTINCT FROM '1' THEN
        PERFORM pg_catalog.pg_advisory_xact_lock_shared((126::bigint << 56) | s.last_value)
        FROM rapport.stored_events_notification_id_seq AS s;
        PERFORM pg_catalog.set_config('feed.guarded', '1', true);
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION rapport.feed_guard() FROM public;

CREATE OR REPLACE TRIGGER feed_guard BEFORE INSERT ON rapport.stored_events
FOR EACH STATEMENT EXECUTE FUNCTION rapport.feed_guard();

ALTER TABLE rapport.stored_events ENABLE ALWAYS TRIGGER feed_guard;

-- The ids of the events in the streams of things, by which repeats are known.
CREATE TABLE IF NOT EXISTS rapport.event_key (
    tenant text NOT NULL,
    event_id uuid NOT NULL,
    digest text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tenant, event_id)
);

-- What became of event ids that a void ever touched. Of an id's rows the last one, by position, counts: the event at
-- event_position is the one that its repeats repeat, and it stands or it is taken back. Without a row the first stands.
CREATE TABLE IF NOT EXISTS rapport.event_standing (
    tenant text NOT NULL,
    event_id uuid NOT NULL,
    position bigint NOT NULL,
    event_position bigint NOT NULL,
    digest text NOT NULL,
    stream text NOT NULL,
    stands boolean NOT NULL,
    PRIMARY KEY (tenant, event_id, position)
);

-- The messages that can't be used. raw is the message as it came, of `size` bytes, sealed under a key of its own.
CREATE TABLE IF NOT EXISTS rapport.dead_letter (
    tenant text NOT NULL,
    dead_letter_id uuid NOT NULL,
    origin text NOT NULL,
    place text NOT NULL,
    source text,
    reason text NOT NULL,
    field text,
    key_number bigint NOT NULL,
    size bigint NOT NULL,
    raw bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (tenant, dead_letter_id)
);

-- What was tried with them since.
CREATE TABLE IF NOT EXISTS rapport.dead_letter_attempt (
    tenant text NOT NULL,
    dead_letter_id uuid NOT NULL,
    attempt integer NOT NULL,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    outcome text NOT NULL,
    reason text,
    actor text NOT NULL,
    PRIMARY KEY (tenant, dead_letter_id, attempt)
);

-- How far each partition of each topic was read, in the same transaction as the events: the one table of the log in which
-- something changes. A topic made anew has another topic_id; epoch counts the consumers that have claimed the partition.
CREATE TABLE IF NOT EXISTS rapport.consumer_offset (
    tenant text NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL,
    partition_number integer NOT NULL,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    next_offset bigint NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (tenant, cluster_id, topic_id, partition_number, consumer_group)
) WITH (fillfactor = 50);

-- Which secret made the ids of each tenant.
CREATE TABLE IF NOT EXISTS rapport.tenant (
    tenant text NOT NULL,
    fingerprint text NOT NULL,
    PRIMARY KEY (tenant)
);

CREATE TABLE IF NOT EXISTS rapport.log_format (
    version integer NOT NULL,
    PRIMARY KEY (version)
);

INSERT INTO rapport.log_format (version) VALUES (2) ON CONFLICT DO NOTHING;
