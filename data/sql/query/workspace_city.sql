-- grain: the one city that a snapshot of the SQL workspace is of
-- kind: query
-- unfiltered: its name and licence
select city, name_zh, name_en, is_synthetic, timezone, code, licence from theme.city where city = $city
