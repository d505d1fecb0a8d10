-- grain: one column of a source's dataset as it was last accepted: what kind of values, and some of them hashed
-- from: data/drift.py
-- never: a value itself: only hashes of some, to recognise a renamed column by what it holds
-- kind: stored
create table if not exists mgmt.column_seen (
    channel varchar, dataset varchar, position integer, column_name varchar, kind varchar, sketch ubigint[], seen_at timestamp
);
