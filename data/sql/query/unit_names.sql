-- grain: one unit of a level, with the names and the parent a table shows
-- kind: query
select u.seq, u.code, coalesce(u.name_zh, '') as name_zh, coalesce(u.name_en, '') as name_en, coalesce(u.parent_seq, 0) as parent_seq,
    coalesce(u.address, '') as address, coalesce(p.name_zh, '') as parent_zh, coalesce(p.name_en, '') as parent_en
from theme.unit u
left join theme.unit p on p.city = u.city and p.code = u.parent_code and is_seen($bits, $offsets, p.level, p.seq)
where u.city = $city and is_seen($bits, $offsets, u.level, u.seq) and u.level = $level
order by u.seq
