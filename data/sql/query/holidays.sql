-- grain: one holiday or make-up working day
-- kind: query
select * from catalogue.holiday
