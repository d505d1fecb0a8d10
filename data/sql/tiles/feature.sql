-- grain: one feature in one tile, encoded as a layer of that tile holds it; with seq 0 the head of the layer: its name, keys and values
-- from: theme.unit, theme.shape, theme.layer
-- never: read by longitude or latitude: `tile` is the tile's number as in tiles.blob, rows lie in its order; `layer` is the place in
--        GROUPS of data/tiles.py; `seq` is a unit's, or below 0 in the basemap
-- kind: drawn
create table if not exists tiles.feature (tile bigint, layer utinyint, seq integer, body blob);
