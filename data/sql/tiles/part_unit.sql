-- grain: one layer of the tile $key of units, as live_unit, of the units in a set only (macro is_seen)
-- from: tiles.feature
-- kind: step
select $key::bigint as tile, layer, ST_AsMVT({'seq': seq, 'name_zh': name_zh, 'name_en': name_en, 'height': height, 'min_height': min_height,
    'floors': floors, 'geom': geom}, 'x', 4096, 'geom', 'seq') as body, count(*) as n
from tiles.feature
where city = $city and tile = $key and seq > 0 and is_seen($bits, $offsets, replace(layer, '_point', ''), seq)
group by layer
