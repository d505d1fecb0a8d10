-- grain: one batch whose rows do not add up
-- kind: query
-- unfiltered: read by checks only
select * from mgmt.balance where not is_balanced
