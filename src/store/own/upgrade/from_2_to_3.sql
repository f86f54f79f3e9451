-- What schema 3 has and schema 2 had not: samples with how their values are spread, and for how long a time they stand.

ALTER TABLE metric_samples ADD COLUMN seconds INTEGER NOT NULL DEFAULT 1;
ALTER TABLE metric_samples ADD COLUMN spread BLOB;

CREATE INDEX metric_samples_by_age ON metric_samples (seconds, sampled_at);

PRAGMA user_version = 3;
