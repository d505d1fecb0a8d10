-- grain: one handed-in basemap feature, typed, with the first rule it breaks
-- from: hub.layer, front.batch
-- kind: step
select
    b.city, h.layer, h.class, h.source_id, nullif(trim(h.name_zh), '') as name_zh, nullif(trim(h.name_en), '') as name_en,
    try_cast(h.min_zoom as double) as min_zoom, h.geom, h._batch, h._row,
    case
        when h.layer is null or h.layer not in ('water', 'green', 'land', 'road', 'rail', 'place', 'room')
            then {'rule': 'layer_known', 'column': 'layer', 'value': h.layer}
        when h.geom is null then {'rule': 'has_place', 'column': 'geom', 'value': null}
        when try(ST_GeomFromWKB(h.geom)) is null
            then {'rule': 'geometry_readable', 'column': 'geom', 'value': null}
    end as _fault
from hub.layer h
join front.batch b on b.batch = h._batch
where h._batch = $batch
