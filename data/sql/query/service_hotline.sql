-- grain: the period [since, until) (0) or the one before it (1) of the 12345 hotline: calls that came, were answered, were given up
-- kind: query
-- unfiltered: counts of calls to the whole city, asked for who may see the whole city (app/service/halls.py)
select p.period, sum(h.incoming)::bigint as incoming, sum(h.answered)::bigint as answered, sum(h.abandoned)::bigint as abandoned
from theme.hotline_hour h
join (values (0, $since::bigint, $until::bigint), (1, $before::bigint, $since::bigint)) as p(period, since, until)
    on h.hour_at >= make_timestamp(p.since * 1000000) and h.hour_at < make_timestamp(p.until * 1000000)
where h.city = $city
group by p.period
order by p.period
