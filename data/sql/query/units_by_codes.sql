-- grain: one unit whose code is asked for
-- kind: query
select * from theme.unit where city = $city and code in (select unnest($codes))
