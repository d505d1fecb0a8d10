-- grain: one handed-in row of dataset reading, verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.reading (
    unit_code varchar, indicator varchar, "at" varchar, value varchar, weight varchar,
    _extra varchar, _batch integer, _row integer, _deleted varchar
);
