-- grain: one city
-- from: dept.city (the newest row wins)
-- never: two rows for one city key
-- kind: stored
create sequence if not exists base.city_number;
create table if not exists base.city (
    city varchar primary key, number integer default nextval('base.city_number'), name_zh varchar, name_en varchar, is_synthetic boolean, timezone varchar, code varchar,
    licence varchar, geometry_version integer, value_version integer, _batch integer
);
