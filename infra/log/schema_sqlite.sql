-- sqlfluff:dialect:sqlite
-- The log on SQLite, format 2. Made on first use.

-- The library's columns, then ours. notification_id, an event's position, is declared, so that VACUUM keeps it.
-- recorded_at counts microseconds since 1970 in UTC: a quarter of a text's size, and compared without parsing.
CREATE TABLE IF NOT EXISTS stored_events (
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    notification_id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    UNIQUE (originator_id, originator_version, tenant)
);

-- The ids of the events in the streams of things, by which repeats are known.
CREATE TABLE IF NOT EXISTS event_key (
    tenant TEXT NOT NULL,
    event_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (tenant, event_id)
) WITHOUT ROWID;

-- What became of event ids that a void ever touched. Of an id's rows the last one, by position, counts: the event at
-- event_position is the one that its repeats repeat, and it stands or it is taken back. Without a row the first stands.
CREATE TABLE IF NOT EXISTS event_standing (
    tenant TEXT NOT NULL,
    event_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_position INTEGER NOT NULL,
    digest TEXT NOT NULL,
    stream TEXT NOT NULL,
    stands INTEGER NOT NULL,
    PRIMARY KEY (tenant, event_id, position)
) WITHOUT ROWID;

-- The messages that can't be used. raw is the message as it came, of `size` bytes, sealed under a key of its own.
CREATE TABLE IF NOT EXISTS dead_letter (
    tenant TEXT NOT NULL,
    dead_letter_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    place TEXT NOT NULL,
    source TEXT,
    reason TEXT NOT NULL,
    field TEXT,
    key_number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    raw BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, dead_letter_id)
);

-- What was tried with them since.
CREATE TABLE IF NOT EXISTS dead_letter_attempt (
    tenant TEXT NOT NULL,
    dead_letter_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    actor TEXT NOT NULL,
    PRIMARY KEY (tenant, dead_letter_id, attempt)
) WITHOUT ROWID;

-- How far each partition of each topic was read, in the same transaction as the events: the one table of the log in which
-- something changes. A topic made anew has another topic_id; epoch counts the consumers that have claimed the partition.
CREATE TABLE IF NOT EXISTS consumer_offset (
    tenant TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    partition_number INTEGER NOT NULL,
    consumer_group TEXT NOT NULL,
    topic TEXT NOT NULL,
    next_offset INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (tenant, cluster_id, topic_id, partition_number, consumer_group)
) WITHOUT ROWID;

-- Which secret made the ids of each tenant.
CREATE TABLE IF NOT EXISTS tenant (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (tenant)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS log_format (
    version INTEGER NOT NULL,
    PRIMARY KEY (version)
) WITHOUT ROWID;

INSERT OR IGNORE INTO log_format (version) VALUES (2);

-- SQLite has no roles; what roles refuse on PostgreSQL, triggers refuse here.
CREATE TRIGGER IF NOT EXISTS stored_events_keep BEFORE UPDATE ON stored_events
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS stored_events_stay BEFORE DELETE ON stored_events
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS event_key_keep BEFORE UPDATE ON event_key
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS event_key_stay BEFORE DELETE ON event_key
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS event_standing_keep BEFORE UPDATE ON event_standing
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS event_standing_stay BEFORE DELETE ON event_standing
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS dead_letter_keep BEFORE UPDATE ON dead_letter
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS dead_letter_stay BEFORE DELETE ON dead_letter
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS dead_letter_attempt_keep BEFORE UPDATE ON dead_letter_attempt
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS dead_letter_attempt_stay BEFORE DELETE ON dead_letter_attempt
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS tenant_keep BEFORE UPDATE ON tenant
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS tenant_stay BEFORE DELETE ON tenant
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS consumer_offset_keep
BEFORE UPDATE OF tenant, cluster_id, topic_id, partition_number, consumer_group, topic ON consumer_offset
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;

CREATE TRIGGER IF NOT EXISTS consumer_offset_onward BEFORE UPDATE ON consumer_offset
WHEN new.next_offset < old.next_offset OR new.epoch < old.epoch
BEGIN
    SELECT raise(ABORT, 'an offset only moves on');
END;

CREATE TRIGGER IF NOT EXISTS consumer_offset_stay BEFORE DELETE ON consumer_offset
BEGIN
    SELECT raise(ABORT, 'the log is append-only');
END;
