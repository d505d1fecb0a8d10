-- grain: one unit that stands today
-- from: base.unit
-- never: a unit that was closed
-- kind: view
select
    city, code, level, seq, parent_code, parent_seq, name_zh, name_en, pinyin, lon, lat, area_m2,
    floors_above, floors_below, height_m, min_height_m, floor_no, place_type, address, source, source_id,
    valid_from, _batch, _row
from base.unit
where valid_to is null
