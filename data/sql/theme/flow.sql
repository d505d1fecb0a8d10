-- grain: the count from one unit to another at one time, at the level it was reported
-- from: base.flow
-- kind: view
select city, level, origin_seq, destination_seq, observed_at, count, _batch from base.flow
