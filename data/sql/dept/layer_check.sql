-- grain: one handed-in basemap feature, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.layer of the batch), front.batch
-- kind: step
select
    b.city, h.layer, h.class, h.source_id, nullif(trim(h.name_zh), '') as name_zh, nullif(trim(h.name_en), '') as name_en,
    try_cast(h.min_zoom as double) as min_zoom, h.geom, h._batch, h._row,
    coalesce(h.layer in ('water', 'green', 'land', 'road', 'rail', 'place', 'room'), false) as _is_layer,
    h.geom is null or try(ST_GeomFromWKB(h.geom)) is not null as _is_geometry
from mapped h
join front.batch b on b.batch = h._batch
