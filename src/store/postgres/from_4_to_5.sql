-- What schema 5 has and schema 4 had not: what a projection's rows are made by. Before it, events went through no chain.

ALTER TABLE projections ADD COLUMN definition TEXT COLLATE "C";
ALTER TABLE projections ADD COLUMN chain TEXT COLLATE "C";
ALTER TABLE rebuilds ADD COLUMN definition TEXT COLLATE "C";
ALTER TABLE rebuilds ADD COLUMN chain TEXT COLLATE "C";

UPDATE foldback_store SET schema_version = 5;
