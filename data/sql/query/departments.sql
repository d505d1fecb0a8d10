-- grain: one department of the registry
-- kind: query
select * from catalogue.department
