-- grain: as live, of the units in a set (macro is_seen) and the heads; $levels has the level of every layer
-- from: tiles.feature
-- kind: step
select layer, seq, body from tiles.feature
where tile = $tile and if(seq = 0, true, is_seen($bits, $offsets, $levels[layer + 1], seq))
order by layer, seq
