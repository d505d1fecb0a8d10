-- grain: one indicator of the registry, in its order
-- kind: query
select * from theme.indicator order by position
