-- grain: one feature that was cut into the tiles from $first to $last, in their order
-- from: the temporary table cut_now
-- kind: step
select * from cut_now where tile between $first and $last order by tile, layer, seq
