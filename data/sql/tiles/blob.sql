-- grain: one baked tile (gzip of Mapbox Vector Tile 2.1)
-- from: tiles.feature
-- never: addressed by anything but its number: (city number × 2 + group) << 33 | tile_key(z, x, y)
-- kind: stored
create table if not exists tiles.blob (id bigint primary key, body blob, feature_count integer);
