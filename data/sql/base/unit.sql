-- grain: one unit as it was from valid_from until valid_to (null = today); `_known_from`, `_known_to`: when the row, and its end, came to be known
-- from: dept.unit
-- never: erased: what is gone at its source gets a valid_to
-- kind: stored
create table if not exists base.unit (
    city varchar, code varchar, level varchar, seq integer, parent_code varchar, parent_seq integer,
    name_zh varchar, name_en varchar, pinyin varchar, lon double, lat double, area_m2 double,
    floors_above integer, floors_below integer, height_m double, min_height_m double, floor_no integer,
    place_type varchar, address varchar, source varchar, source_id varchar,
    valid_from timestamp, valid_to timestamp, _content ubigint, _batch integer, _row integer,
    _known_from timestamp, _known_to timestamp
);
