-- grain: one tile of buildings, encoded
-- from: tiles.feature
-- kind: step
select tile, ST_AsMVT({'seq': seq, 'height': height, 'min_height': min_height, 'floors': floors, 'class': class, 'geom': geom}, 'building', 4096, 'geom', 'seq') as body, count(*) as n
from tiles.feature
where city = $city and layer = 'building' and tile between $first and $last
group by tile
