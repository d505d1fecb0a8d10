-- grain: one row of a source's table as it was last handed in: its key as text, the hash of the key, the hash of the rest of the row
-- from: data/diff.py, with the batch that handed it in
-- never: values of a row beyond its key
-- kind: stored
create table if not exists front.seen (
    channel varchar not null, key_hash ubigint not null, row_hash ubigint not null, key varchar
);
