-- grain: one change of a source's columns, and what was done about it
-- from: data/drift.py; decided by the source's rule or by a steward
-- never: deleted
-- kind: stored
create sequence if not exists mgmt.drift_number;
create table if not exists mgmt.drift (
    drift bigint primary key default nextval('mgmt.drift_number'),
    channel varchar, dataset varchar, seen_at timestamp, change varchar, column_name varchar, was varchar, now varchar,
    confidence double, rule varchar, state varchar, held bigint, decided_by varchar, decided_at timestamp
);
