-- grain: the count from one unit to another over a stretch of time, the strongest first
-- kind: query
select f.origin_seq, f.destination_seq, sum(f.count)::bigint as count, o.lon as origin_lon, o.lat as origin_lat,
    d.lon as destination_lon, d.lat as destination_lat,
    o.name_zh as origin_zh, o.name_en as origin_en, d.name_zh as destination_zh, d.name_en as destination_en
from theme.flow f
join theme.unit o on o.city = f.city and o.level = f.level and o.seq = f.origin_seq
join theme.unit d on d.city = f.city and d.level = f.level and d.seq = f.destination_seq
where f.city = $city and f.level = $level
  and f.observed_at >= make_timestamp($since::bigint * 1000000) and f.observed_at <= make_timestamp($until::bigint * 1000000)
  and ($seq = 0 or f.origin_seq = $seq or f.destination_seq = $seq)
group by all
order by count desc
limit $most
