-- grain: one department of the registry
-- kind: query
-- unfiltered: a registry
select * from catalogue.department
