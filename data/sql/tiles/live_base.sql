-- grain: one layer of the tile $key of the basemap, encoded under the name "x" (as mvt_base; asking for one key is a third faster)
-- from: tiles.feature
-- kind: step
select $key::bigint as tile, layer, ST_AsMVT({'class': class, 'name_zh': name_zh, 'name_en': name_en, 'geom': geom}, 'x', 4096, 'geom') as body,
    count(*) as n
from tiles.feature
where city = $city and tile = $key and seq < 0
group by layer
