-- grain: one layer of the tile $key of units, encoded under the name "x" (as mvt_unit; asking for one key is a third faster)
-- from: tiles.feature
-- kind: step
select $key::bigint as tile, layer, ST_AsMVT({'seq': seq, 'name_zh': name_zh, 'name_en': name_en, 'height': height, 'min_height': min_height,
    'floors': floors, 'geom': geom}, 'x', 4096, 'geom', 'seq') as body, count(*) as n
from tiles.feature
where city = $city and tile = $key and seq > 0
group by layer
