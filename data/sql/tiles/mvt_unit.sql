-- grain: one layer of one tile of units, encoded under the name "x" (data/tiles.py puts the layer's own name)
-- from: tiles.feature
-- kind: step
select tile, layer, ST_AsMVT({'seq': seq, 'name_zh': name_zh, 'name_en': name_en, 'height': height, 'min_height': min_height,
    'floors': floors, 'geom': geom}, 'x', 4096, 'geom', 'seq') as body, count(*) as n
from tiles.feature
where city = $city and tile between $first and $last and seq > 0
group by tile, layer
