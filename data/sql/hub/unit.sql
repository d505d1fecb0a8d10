-- grain: one handed-in row of dataset unit, verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.unit (
    code varchar, level varchar, parent_code varchar, source_id varchar, name_zh varchar, name_en varchar,
    lon varchar, lat varchar, area_m2 varchar, floors_above varchar, floors_below varchar,
    height_m varchar, min_height_m varchar, floor_no varchar, place_type varchar, address varchar,
    valid_from varchar, geom blob,
    _extra varchar, _batch integer, _row integer
);
