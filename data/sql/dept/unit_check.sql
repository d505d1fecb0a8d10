-- grain: one handed-in row of dataset unit, typed, with the first rule it breaks
-- from: hub.unit, mgmt.identity (parents of earlier batches), front.batch
-- kind: step
with typed as (
    select
        b.city, trim(h.code) as code, trim(h.level) as level, nullif(trim(h.parent_code), '') as parent_code,
        h.source_id, nullif(trim(h.name_zh), '') as name_zh, nullif(trim(h.name_en), '') as name_en,
        try_cast(h.lon as double) as lon, try_cast(h.lat as double) as lat, try_cast(h.area_m2 as double) as area_m2,
        try_cast(try_cast(h.floors_above as double) as integer) as floors_above,
        try_cast(try_cast(h.floors_below as double) as integer) as floors_below,
        try_cast(h.height_m as double) as height_m, try_cast(h.min_height_m as double) as min_height_m,
        try_cast(try_cast(h.floor_no as double) as integer) as floor_no,
        nullif(trim(h.place_type), '') as place_type, nullif(trim(h.address), '') as address,
        try_cast(h.valid_from as timestamp) as valid_from, h.geom,
        h.floors_above as floors_above_text, h.floor_no as floor_no_text, h.height_m as height_text,
        h.lon as lon_text, h.lat as lat_text, h.valid_from as valid_from_text,
        h._batch, h._row
    from hub.unit h
    join front.batch b on b.batch = h._batch
    where h._batch = $batch
),
known as (
    select i.code, any_value(i.level) as level
    from mgmt.identity i join front.batch b on b.city = i.city
    where b.batch = $batch
    group by i.code
    union
    select code, any_value(level) from typed group by code
),
parents as (
    select code, any_value(level) as level from known group by code
)
select
    t.* exclude (floors_above_text, floor_no_text, height_text, lon_text, lat_text, valid_from_text),
    case
        when t.code is null or not regexp_full_match(t.code,
            '(99|[1-8][0-9]|0[0-9A-Z])[0-9A-Z]{2}[0-9A-Z]{2}([0-9A-Z]{3}){0,3}(B[0-9A-Z]{5}([FU][0-9]{3})?)?')
            then {'rule': 'unit_code', 'column': 'code', 'value': t.code}
        when level_number(t.level) is null
            then {'rule': 'level_known', 'column': 'level', 'value': t.level}
        when t.level is distinct from level_of_code(t.code)
            then {'rule': 'level_fits_code', 'column': 'level', 'value': t.level}
        when t.level = 'city' and t.parent_code is not null
            then {'rule': 'city_has_no_parent', 'column': 'parent_code', 'value': t.parent_code}
        when t.level <> 'city' and p.code is null
            then {'rule': 'parent_known', 'column': 'parent_code', 'value': t.parent_code}
        when t.level <> 'city' and level_number(p.level) <> level_number(t.level) - 1
            then {'rule': 'parent_one_level_up', 'column': 'parent_code', 'value': t.parent_code}
        when t.level = 'floor' and (t.floor_no is null or t.floor_no = 0 or abs(t.floor_no) > 999)
            then {'rule': 'floor_number', 'column': 'floor_no', 'value': t.floor_no_text}
        when t.floors_above_text is not null and (t.floors_above is null or t.floors_above not between 0 and 250)
            then {'rule': 'floor_count', 'column': 'floors_above', 'value': t.floors_above_text}
        when t.height_text is not null and (t.height_m is null or not isfinite(t.height_m) or t.height_m not between 0 and 1200)
            then {'rule': 'height', 'column': 'height_m', 'value': t.height_text}
        when t.lon_text is not null and (t.lon is null or not isfinite(t.lon) or t.lon not between -180 and 180)
            then {'rule': 'longitude', 'column': 'lon', 'value': t.lon_text}
        when t.lat_text is not null and (t.lat is null or not isfinite(t.lat) or t.lat not between -90 and 90)
            then {'rule': 'latitude', 'column': 'lat', 'value': t.lat_text}
        when t.valid_from_text is not null and t.valid_from is null
            then {'rule': 'date', 'column': 'valid_from', 'value': t.valid_from_text}
        when t.level in ('grid', 'building') and t.geom is null and t.lon is null
            then {'rule': 'has_place', 'column': 'geom', 'value': null}
        when t.geom is not null and try(ST_GeomFromWKB(t.geom)) is null
            then {'rule': 'geometry_readable', 'column': 'geom', 'value': null}
    end as _fault
from typed t
left join parents p on p.code = t.parent_code
