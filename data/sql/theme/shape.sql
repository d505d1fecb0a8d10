-- grain: the geometry (EPSG:4326) of one unit today
-- from: base.shape
-- kind: view
select city, code, level, seq, geom from base.shape where valid_to is null
