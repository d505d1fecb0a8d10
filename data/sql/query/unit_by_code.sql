-- grain: one unit
-- kind: query
select * from theme.unit where city = $city and code = $code
