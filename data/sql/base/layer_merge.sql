-- a snapshot replaces the features of its source; anything else adds to them
-- from: the fresh rows, base.layer
-- kind: step
delete from base.layer where $snapshot and city = $city and source = $source;

insert into base.layer
select city, $source, layer, class, source_id, name_zh, name_en, min_zoom, ST_GeomFromWKB(geom), _batch, _row
from fresh
order by layer, class, _row;
