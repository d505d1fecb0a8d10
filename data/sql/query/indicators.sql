-- grain: one indicator of the registry, in its order
-- kind: query
-- unfiltered: a registry; the view leaves out rows by privacy
select * from theme.indicator order by position
