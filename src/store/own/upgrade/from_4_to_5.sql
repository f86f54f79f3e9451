-- What schema 5 has and schema 4 had not: what a projection's rows are made by. Before it, events went through no chain.

ALTER TABLE projections ADD COLUMN definition TEXT;
ALTER TABLE projections ADD COLUMN chain TEXT;
ALTER TABLE rebuilds ADD COLUMN definition TEXT;
ALTER TABLE rebuilds ADD COLUMN chain TEXT;

PRAGMA user_version = 5;
