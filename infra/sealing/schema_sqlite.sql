-- sqlfluff:dialect:sqlite
-- The key store on SQLite, format 1. Made on first use.

-- The keys, wrapped. Rows are only ever added behind the last one and overwritten in their place with as many bytes, so
-- that SQLite never moves them and no copy of a destroyed key stays behind in a page: hence the plain row number as the
-- key, and no index on the contacts a text is linked to, which would cost more at each text than it saves at an erasure.
CREATE TABLE IF NOT EXISTS data_key (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    retention TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    contact TEXT,
    linked BLOB
);

CREATE UNIQUE INDEX IF NOT EXISTS data_key_contact ON data_key (tenant, contact, retention) WHERE contact IS NOT NULL;

-- The tombstones: who is in here never gets a key again.
CREATE TABLE IF NOT EXISTS erased (
    tenant TEXT NOT NULL,
    contact TEXT NOT NULL,
    erased_at INTEGER NOT NULL,
    keys INTEGER NOT NULL,
    PRIMARY KEY (tenant, contact)
) WITHOUT ROWID;

-- The master keys there were, by fingerprint. onward and back lead from one to the next while it takes over.
CREATE TABLE IF NOT EXISTS master_key (
    generation INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    onward BLOB,
    back BLOB,
    made_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS store (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    format INTEGER NOT NULL,
    next_number INTEGER NOT NULL,
    erasures INTEGER NOT NULL
);

INSERT OR IGNORE INTO store (only, format, next_number, erasures) VALUES (1, 1, 1, 0);
