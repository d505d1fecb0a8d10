-- grain: one city: the newest hour that topics were reported for (its start, epoch seconds), how many hours, how many mentions
-- kind: query
-- unfiltered: asked by the program itself, for what it keeps of all topics (app/forecast/topics.py)
select epoch(max(h.hour_at))::bigint as at, count(*)::bigint as hours, sum(h.mentions)::bigint as mentions
from theme.topic_hour h
where h.city = $city
