-- grain: one theme of the registry
-- kind: query
-- unfiltered: a registry
select * from catalogue.theme order by position
