-- grain: one unit that stands no more and that a word finds, by code or name
-- unfiltered: who sees a unit that took its ground over is told of it (app/units/search.py), nobody else
-- kind: query
select code, level, seq, name_zh, name_en, address, epoch(ended_at)::bigint as ended_at
from theme.unit_ended
where city = $city and level <> 'floor' and (code = upper($word) or contains(lower(name_zh), $word) or contains(lower(name_en), $word))
order by level_number(level), ended_at desc
limit $most
