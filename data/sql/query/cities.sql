-- grain: one city
-- kind: query
select * from theme.city order by is_synthetic desc, name_en
