-- The key store on PostgreSQL, format 1. Made by `rapport keys init`; running it again changes nothing.

CREATE SCHEMA IF NOT EXISTS rapport_keys;

CREATE SEQUENCE IF NOT EXISTS rapport_keys.data_key_number_seq AS bigint;

-- The keys, wrapped; a destroyed one is overwritten with zeros. A key belongs to one contact and retention class, or to
-- a text, and then `linked` has 16 bytes for each contact whose erasure destroys it. Those are not indexed: that would
-- cost more at each text than it saves at an erasure, which reads the table.
CREATE TABLE IF NOT EXISTS rapport_keys.data_key (
    tenant text NOT NULL,
    number bigint NOT NULL,
    retention text NOT NULL,
    wrapped bytea NOT NULL,
    contact uuid,
    linked bytea,
    PRIMARY KEY (tenant, number)
);

CREATE UNIQUE INDEX IF NOT EXISTS data_key_contact ON rapport_keys.data_key (tenant, contact, retention)
WHERE contact IS NOT NULL;

-- The tombstones: who is in here never gets a key again. Times are microseconds since 1970.
CREATE TABLE IF NOT EXISTS rapport_keys.erased (
    tenant text NOT NULL,
    contact uuid NOT NULL,
    erased_at bigint NOT NULL,
    keys bigint NOT NULL,
    PRIMARY KEY (tenant, contact)
);

-- The master keys there were, by fingerprint. onward and back lead from one to the next while it takes over.
CREATE TABLE IF NOT EXISTS rapport_keys.master_key (
    generation integer NOT NULL,
    fingerprint text NOT NULL,
    onward bytea,
    back bytea,
    made_at bigint NOT NULL,
    PRIMARY KEY (generation)
);

CREATE TABLE IF NOT EXISTS rapport_keys.store (
    "only" integer NOT NULL CHECK ("only" = 1),
    format integer NOT NULL,
    erasures bigint NOT NULL,
    PRIMARY KEY ("only")
);

INSERT INTO rapport_keys.store ("only", format, erasures) VALUES (1, 1, 0) ON CONFLICT DO NOTHING;
