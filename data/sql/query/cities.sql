-- grain: one city
-- kind: query
-- unfiltered: the view leaves out cities
select * from theme.city order by is_synthetic desc, name_en
