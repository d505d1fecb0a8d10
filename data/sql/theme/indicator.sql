-- grain: one indicator of the registry
-- from: catalogue.indicator
-- kind: view
select * from catalogue.indicator
