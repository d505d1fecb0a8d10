-- grain: one unit that a word finds: by code, name, pinyin or address; exact before beginning before inside
-- kind: query
select code, level, seq, name_zh, name_en, address, place_type, lon, lat, parent_code
from theme.unit
where city = $city and is_seen($bits, $offsets, level, seq) and level <> 'floor' and (
    code = upper($word) or starts_with(code, upper($word)) or contains(lower(name_zh), $word) or contains(lower(name_en), $word)
    or contains(pinyin, $word) or contains(lower(address), $word))
order by
    case when code = upper($word) or lower(name_zh) = $word or lower(name_en) = $word then 0
         when starts_with(lower(name_zh), $word) or starts_with(lower(name_en), $word)
           or list_contains(string_split(pinyin, ' '), $word) then 1
         when starts_with(pinyin, $word) or contains(pinyin, ' ' || $word) then 2 else 3 end,
    level_number(level), seq
limit $most
