-- grain: one accepted row of dataset unit, typed
-- from: hub.unit
-- never: a row that broke a rule; geometry stays with base.shape
-- kind: stored
create table if not exists dept.unit (
    city varchar, code varchar, level varchar, parent_code varchar, source_id varchar, name_zh varchar, name_en varchar,
    lon double, lat double, area_m2 double, floors_above integer, floors_below integer,
    height_m double, min_height_m double, floor_no integer, place_type varchar, address varchar,
    valid_from timestamp, _batch integer, _row integer
);
