-- grain: one attribute of one privacy level at one unit that may be seen, for a snapshot of the SQL workspace
-- kind: query
select unit_code, level, seq, attribute, value, name_zh, name_en, type, unit, valid_from
from theme.unit_attribute
where city = $city and privacy = $privacy and is_seen($bits, $offsets, level, seq)
