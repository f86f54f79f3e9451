-- What schema 4 has and schema 3 had not: the history of checkpoints is put together as it grows old, and rows that are shown
-- stand still while those that are made anew come as far.

ALTER TABLE checkpoint_history ADD COLUMN seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE checkpoint_history ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0;

CREATE INDEX checkpoint_history_by_age ON checkpoint_history (name, seconds, updated_at);

ALTER TABLE rebuilds ADD COLUMN held_until TEXT COLLATE "C" CHECK (length(held_until) = 30);

UPDATE foldback_store SET schema_version = 4;
