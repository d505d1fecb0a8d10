-- grain: the geometry (EPSG:4326) of one unit from valid_from until valid_to (null = today)
-- from: hub.unit (the accepted rows)
-- never: a floor without a shape of its own: it inherits its building's
-- kind: stored
create table if not exists base.shape (
    city varchar, code varchar, level varchar, seq integer, geom geometry, valid_from timestamp, valid_to timestamp
);
