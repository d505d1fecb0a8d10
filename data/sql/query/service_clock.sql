-- grain: a city: when the newest word on its cases was said (epoch seconds; null: none ever), and the newest batch of cases (0: none)
-- kind: query
-- unfiltered: a time and a batch number; no case and no count
select
    (select epoch(max(valid_from))::bigint from theme.service_case where city = $city) as told_at,
    (select coalesce(max(batch), 0) from mgmt.source_batch where city = $city and dataset = 'service_case') as batch
