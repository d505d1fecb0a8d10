-- grain: one feature (or head) of a layer of the tiles from $first to $last
-- from: tiles.feature
-- kind: step
select tile, layer, body from tiles.feature where tile between $first and $last
