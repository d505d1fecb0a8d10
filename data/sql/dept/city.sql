-- grain: one accepted row of dataset city, typed
-- from: hub.city
-- never: a row that broke a rule
-- kind: stored
create table if not exists dept.city (
    city varchar, name_zh varchar, name_en varchar, is_synthetic boolean, timezone varchar, code varchar,
    licence varchar, _batch integer, _row integer
);
