-- grain: one handed-in row of dataset city, verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.city (
    city varchar, name_zh varchar, name_en varchar, synthetic varchar, timezone varchar, code varchar, licence varchar,
    _extra varchar, _batch integer, _row integer
);
