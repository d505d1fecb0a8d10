-- grain: one handed-in row of dataset attribute, verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.attribute (
    unit_code varchar, attribute varchar, value varchar, valid_from varchar,
    _extra varchar, _batch integer, _row integer
);
