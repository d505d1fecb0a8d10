-- grain: one handed-in row of dataset flow, verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.flow (
    origin_code varchar, destination_code varchar, "at" varchar, count varchar,
    _extra varchar, _batch integer, _row integer, _deleted varchar
);
