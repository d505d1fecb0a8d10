-- grain: one layer of one tile of the basemap, encoded under the name "x" (data/tiles.py puts the layer's own name)
-- from: tiles.feature
-- kind: step
select tile, layer, ST_AsMVT({'class': class, 'name_zh': name_zh, 'name_en': name_en, 'geom': geom}, 'x', 4096, 'geom') as body,
    count(*) as n
from tiles.feature
where city = $city and tile between $first and $last and seq < 0
group by tile, layer
