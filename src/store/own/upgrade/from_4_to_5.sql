-- What schema 5 has and schema 4 had not: what a projection's rows are made by, and since when a rebuild
-- goes on. Before it, events went through no chain.

ALTER TABLE projections ADD COLUMN definition TEXT;
ALTER TABLE projections ADD COLUMN chain TEXT;
ALTER TABLE rebuilds ADD COLUMN resumed_at TEXT CHECK (length(resumed_at) = 30);
ALTER TABLE rebuilds ADD COLUMN resumed_from INTEGER;
ALTER TABLE rebuilds ADD COLUMN definition TEXT;
ALTER TABLE rebuilds ADD COLUMN chain TEXT;

PRAGMA user_version = 5;
