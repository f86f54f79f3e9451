-- foldback's own store on PostgreSQL, schema 5: the tables of ../own/schema.sql, and foldback_store, which says whose
-- they are. All of them stand in the first schema of the search path.

CREATE TABLE foldback_store (
    -- One row. Whoever appends locks it until the transaction ends, so that positions have no gaps and rise in the order
    -- of commits: nobody who reads on from a position ever skips an event that is committed later.
    only_one       BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one),
    schema_version INTEGER NOT NULL,
    -- Tells this store from another that takes its place.
    store_id       TEXT    NOT NULL
);

INSERT INTO foldback_store (schema_version, store_id)
VALUES (5, md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text));

-- One row an event, in the order they were appended. Rows are never changed and never removed.
CREATE TABLE events (
    -- Place in the whole store; only grows.
    position       BIGINT PRIMARY KEY,
    aggregate_id   TEXT COLLATE "C" NOT NULL,
    -- Kind of the aggregate; empty where there is none. Category and id together name an aggregate.
    category       TEXT COLLATE "C" NOT NULL,
    -- Place in the aggregate; the first event is 1.
    version        BIGINT NOT NULL CHECK (version > 0),
    event_id       TEXT COLLATE "C" NOT NULL,
    event_type     TEXT COLLATE "C" NOT NULL,
    schema_version TEXT COLLATE "C",
    -- JSON, byte for byte; anything else stands in data_bytes, and content_type says what it is.
    data           TEXT COLLATE "C",
    data_bytes     BYTEA,
    -- JSON; NULL where there is none. What is no text stands in metadata_bytes.
    metadata       TEXT COLLATE "C",
    metadata_bytes BYTEA,
    -- RFC 3339 in UTC with exactly nine digits of a second, so that the order of the bytes is the order of time; NULL where
    -- the store that an event was imported from does not record it.
    recorded_at    TEXT COLLATE "C" CHECK (length(recorded_at) = 30),
    -- Media type of data; NULL is application/json.
    content_type   TEXT COLLATE "C",
    -- BLAKE3 over the hash of the event before and all columns above, data and data_bytes being one: see ../own/chain.rs.
    hash           BYTEA NOT NULL CHECK (octet_length(hash) = 32),
    CHECK ((data IS NULL) <> (data_bytes IS NULL)),
    CHECK (metadata IS NULL OR metadata_bytes IS NULL)
);

CREATE UNIQUE INDEX events_by_aggregate ON events (category, aggregate_id, version);
CREATE UNIQUE INDEX events_by_event_id ON events (event_id);
CREATE INDEX events_by_time ON events (recorded_at);
CREATE INDEX events_by_type ON events (event_type);

CREATE FUNCTION foldback_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are immutable: a recorded event cannot be %; append a correcting event instead', TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
END $$;

-- Everybody who inserts waits for the one before, whether it is foldback or not.
CREATE FUNCTION foldback_one_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT 1 FROM %I.foldback_store FOR UPDATE', TG_TABLE_SCHEMA);
    RETURN NULL;
END $$;

-- New events stand above all others, and who waits for them hears of them once they are committed.
CREATE FUNCTION foldback_appended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lowest BIGINT;
    added  BIGINT;
    above  BIGINT;
BEGIN
    SELECT min(position), count(*) INTO lowest, added FROM appended;
    IF added > 0 THEN
        EXECUTE format('SELECT count(*) FROM %I.events WHERE position >= $1', TG_TABLE_SCHEMA) INTO above USING lowest;
        IF above <> added THEN
            RAISE EXCEPTION 'a new event needs a position above all others, and % is not', lowest
                USING ERRCODE = 'restrict_violation';
        END IF;
        PERFORM pg_notify('foldback', '');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
FOR EACH ROW EXECUTE FUNCTION foldback_refuse('changed');
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
FOR EACH ROW EXECUTE FUNCTION foldback_refuse('removed');
CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION foldback_refuse('removed');
CREATE TRIGGER events_have_one_writer BEFORE INSERT ON events
FOR EACH STATEMENT EXECUTE FUNCTION foldback_one_writer();
CREATE TRIGGER events_were_appended AFTER INSERT ON events
REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION foldback_appended();

-- Where replication writes, triggers are silent unless they are told not to be.
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_never_changed;
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_never_removed;
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_never_emptied;

-- States that were stored so that they need not be folded again; never trusted, always comparable with a replay.
CREATE TABLE snapshots (
    aggregate_id TEXT COLLATE "C" NOT NULL,
    category     TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    -- Who folded it: a reducer's name, or the layout of the store that it was imported from.
    reducer      TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    -- NULL where the store that it was imported from does not record it.
    recorded_at  TEXT COLLATE "C" CHECK (length(recorded_at) = 30),
    PRIMARY KEY (category, aggregate_id, version, reducer)
);

-- Read models that are fed from this store.
CREATE TABLE projections (
    name       TEXT COLLATE "C" PRIMARY KEY,
    -- running, paused, rebuilding or failed.
    status     TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL CHECK (length(created_at) = 30),
    updated_at TEXT COLLATE "C" NOT NULL CHECK (length(updated_at) = 30),
    -- Which rows are shown: those of this generation. 0: its rows are kept elsewhere, and only its checkpoint is known.
    generation BIGINT NOT NULL DEFAULT 0,
    -- The newest generation that was ever begun: no two rebuilds have the same.
    begun      BIGINT NOT NULL DEFAULT 0,
    -- What stopped it, where it failed.
    error      TEXT COLLATE "C",
    -- What tells the definition from others that the rows that are shown are made by; NULL where nobody wrote it down.
    definition TEXT COLLATE "C",
    -- What tells the chain of upcasters from others that events went through; NULL where they went through none.
    chain      TEXT COLLATE "C"
);

-- How far each projection has come.
CREATE TABLE checkpoints (
    name       TEXT COLLATE "C" PRIMARY KEY,
    position   BIGINT NOT NULL,
    -- When it last moved; NULL where the store that it was imported from does not record it.
    updated_at TEXT COLLATE "C" CHECK (length(updated_at) = 30)
);

-- Where each checkpoint has been, so that lag can be looked at in the past: every place of the last minute, then those by
-- the second that tell most, after an hour by the minute, after a day by the hour.
CREATE TABLE checkpoint_history (
    name       TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL CHECK (length(updated_at) = 30),
    position   BIGINT NOT NULL,
    -- By how long a time it was put together with others: 0, then 1, 60 or 3600 seconds.
    seconds    BIGINT NOT NULL DEFAULT 0,
    -- At how many other places it had been in that time, since the row before, which are not kept.
    left_out   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (name, updated_at, position)
);

CREATE INDEX checkpoint_history_by_age ON checkpoint_history (name, seconds, updated_at);

CREATE FUNCTION foldback_checkpoint_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %I.checkpoint_history (name, updated_at, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        TG_TABLE_SCHEMA
    ) USING NEW.name, NEW.updated_at, NEW.position;
    RETURN NULL;
END $$;

CREATE TRIGGER checkpoints_keep_their_history AFTER INSERT OR UPDATE ON checkpoints
FOR EACH ROW WHEN (NEW.updated_at IS NOT NULL) EXECUTE FUNCTION foldback_checkpoint_moved();

-- What projections know: one row a key. A rebuild writes rows of a generation of its own, beside those that are shown.
CREATE TABLE projection_rows (
    projection TEXT COLLATE "C" NOT NULL,
    generation BIGINT NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    -- A JSON value.
    row        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (projection, generation, key)
);

-- Rebuilds that are under way: they take the place of the rows that are shown when they have come as far.
CREATE TABLE rebuilds (
    projection TEXT COLLATE "C" PRIMARY KEY,
    generation BIGINT NOT NULL,
    -- The last position it handled.
    position   BIGINT NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL CHECK (length(started_at) = 30),
    updated_at TEXT COLLATE "C" NOT NULL CHECK (length(updated_at) = 30),
    -- Until when those that are shown stand still, so that these come as far.
    held_until TEXT COLLATE "C" CHECK (length(held_until) = 30),
    -- When somebody went on with it last, and from which position; NULL where nobody did.
    resumed_at TEXT COLLATE "C" CHECK (length(resumed_at) = 30),
    resumed_from BIGINT,
    -- What its rows are made by, as in projections.
    definition TEXT COLLATE "C",
    chain      TEXT COLLATE "C"
);

-- Events that a projection could not handle and stepped over.
CREATE TABLE dead_letters (
    projection TEXT COLLATE "C" NOT NULL,
    -- Of which rows: those that are shown, or those of a rebuild.
    generation BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    error      TEXT COLLATE "C" NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 1,
    failed_at  TEXT COLLATE "C" NOT NULL CHECK (length(failed_at) = 30),
    PRIMARY KEY (projection, generation, position)
);

-- What was measured, one row a sample.
CREATE TABLE metric_samples (
    metric     TEXT COLLATE "C" NOT NULL,
    sampled_at TEXT COLLATE "C" NOT NULL CHECK (length(sampled_at) = 30),
    -- What it was measured on, such as a projection's name; empty for the whole store.
    subject    TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- In the metric's own unit; where many were measured, what 99 of 100 did not exceed.
    value      DOUBLE PRECISION NOT NULL,
    -- How many seconds up to sampled_at it stands for: 1, and 60 or 3600 where older samples were put together.
    seconds    BIGINT NOT NULL DEFAULT 1,
    -- How the values were spread, in millionths of the unit: an HDR histogram, V2; NULL where it was one value.
    spread     BYTEA,
    PRIMARY KEY (metric, subject, sampled_at)
);

CREATE INDEX metric_samples_by_age ON metric_samples (seconds, sampled_at);
