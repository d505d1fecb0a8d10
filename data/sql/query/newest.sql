-- grain: the time of the newest reading of a city
-- kind: query
-- unfiltered: one time of the city
select epoch(max(observed_at))::bigint as at from theme.latest where city = $city
