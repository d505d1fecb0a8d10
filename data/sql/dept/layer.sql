-- grain: one accepted basemap feature, typed; its geometry stays with base.layer
-- from: hub.layer
-- never: a row that broke a rule
-- kind: stored
create table if not exists dept.layer (
    city varchar, layer varchar, class varchar, source_id varchar, name_zh varchar, name_en varchar, min_zoom double,
    _batch integer, _row integer
);
