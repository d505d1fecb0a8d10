-- grain: one version of one unit
-- from: base.unit
-- kind: view
select
    city, code, level, seq, parent_code, parent_seq, name_zh, name_en, place_type, floors_above, valid_from, valid_to, _batch
from base.unit
