-- What schema 5 has and schema 4 had not: what a projection's rows are made by, and since when a rebuild
-- goes on. Before it, events went through no chain.

ALTER TABLE projections ADD COLUMN definition TEXT COLLATE "C";
ALTER TABLE projections ADD COLUMN chain TEXT COLLATE "C";
ALTER TABLE rebuilds ADD COLUMN resumed_at TEXT COLLATE "C" CHECK (length(resumed_at) = 30);
ALTER TABLE rebuilds ADD COLUMN resumed_from BIGINT;
ALTER TABLE rebuilds ADD COLUMN definition TEXT COLLATE "C";
ALTER TABLE rebuilds ADD COLUMN chain TEXT COLLATE "C";

UPDATE foldback_store SET schema_version = 5;
