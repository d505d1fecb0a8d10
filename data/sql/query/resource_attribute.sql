-- grain: one unit with one attribute as it stands, after the unit `$after` in the order of codes
-- kind: query
select a.unit_code, u.name_zh as unit_name, a.value, a.valid_from
from theme.unit_attribute a
join theme.unit u on u.city = a.city and u.level = a.level and u.seq = a.seq
where a.city = $city and is_seen($bits, $offsets, a.level, a.seq) and a.attribute = $attribute and a.privacy <= $privacy
  and a.unit_code > $after
  and ($since is null or a.valid_from >= make_timestamp($since::bigint * 1000000))
  and ($until is null or a.valid_from <= make_timestamp($until::bigint * 1000000))
order by a.unit_code
limit $most
