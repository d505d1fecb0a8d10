-- grain: one batch whose rows do not add up
-- kind: query
select * from mgmt.balance where not is_balanced
