-- grain: the geometry of one unit as GeoJSON
-- kind: query
select ST_AsGeoJSON(geom) as geometry from theme.shape where city = $city and is_seen($bits, $offsets, level, seq) and level = $level and seq = $seq
