-- grain: one version of one unit, with the batch and row that said so
-- from: base.unit
-- kind: view
select
    city, code, level, seq, parent_code, name_zh, name_en, floor_no, floors_above, floors_below, height_m, area_m2, place_type, address, source,
    valid_from, valid_to, _batch, _row
from base.unit
