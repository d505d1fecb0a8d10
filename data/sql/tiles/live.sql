-- grain: one feature (or head) of a layer of the tile $tile
-- from: tiles.feature
-- kind: step
select layer, seq, body from tiles.feature where tile = $tile
