-- grain: one indicator of one unit at one time as it stands, with the batch and row that said so
-- from: base.reading
-- kind: view
select city, indicator, level, seq, observed_at, value, weight, _batch, _row from base.reading
