-- grain: one theme of the registry
-- kind: query
select * from catalogue.theme order by position
