-- What schema 3 has and schema 2 had not: samples with how their values are spread, and for how long a time they stand.

ALTER TABLE metric_samples ADD COLUMN seconds BIGINT NOT NULL DEFAULT 1;
ALTER TABLE metric_samples ADD COLUMN spread BYTEA;

CREATE INDEX metric_samples_by_age ON metric_samples (seconds, sampled_at);

UPDATE foldback_store SET schema_version = 3;
