-- grain: one feature in one tile, its geometry already moved into tile space (0…4096, y down)
-- from: theme.unit, theme.shape, theme.layer
-- never: read by longitude or latitude: `tile` is tile_key(z, x, y), rows lie in its order; `seq` is a unit's, or below 0 in the basemap
-- kind: stored
create table if not exists tiles.feature (
    city varchar, layer varchar, tile bigint, seq integer, class varchar, name_zh varchar, name_en varchar,
    height float, min_height float, floors integer, geom geometry
);
