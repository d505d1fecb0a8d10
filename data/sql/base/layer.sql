-- grain: one basemap feature of today
-- from: hub.layer (the accepted rows)
-- never: history: a snapshot replaces its source's features
-- kind: stored
create table if not exists base.layer (
    city varchar, source varchar, layer varchar, class varchar, source_id varchar, name_zh varchar, name_en varchar,
    min_zoom double, geom geometry, _batch integer, _row integer
);
