-- grain: one attribute of a unit
-- kind: query
select unit_code, attribute, value, name_zh, name_en, space, factor, type, unit, codes, valid_from
from theme.unit_attribute where city = $city and level = $level and seq = $seq and privacy <= $privacy
  and is_seen($bits, $offsets, level, seq) order by position
