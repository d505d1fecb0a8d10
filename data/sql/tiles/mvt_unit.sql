-- grain: one tile of one layer of units, encoded
-- from: tiles.feature
-- kind: step
select tile, ST_AsMVT({'seq': seq, 'name_zh': name_zh, 'name_en': name_en, 'geom': geom}, $layer, 4096, 'geom', 'seq') as body, count(*) as n
from tiles.feature
where city = $city and layer = $layer and tile between $first and $last
group by tile
