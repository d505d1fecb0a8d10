-- grain: one holiday or make-up working day
-- kind: query
-- unfiltered: a registry
select * from catalogue.holiday
