-- grain: one handed-in row of dataset unit, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.unit of the batch), mgmt.identity (parents of earlier batches), front.batch
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
        h.floors_above as _raw_floors_above, h.floor_no as _raw_floor_no, h.height_m as _raw_height_m,
        h.lon as _raw_lon, h.lat as _raw_lat, h.valid_from as _raw_valid_from,
        h._batch, h._row
    from mapped h
    join front.batch b on b.batch = h._batch
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
    t.*,
    coalesce(regexp_full_match(t.code,
        '(99|[1-8][0-9]|0[0-9A-Z])[0-9A-Z]{2}[0-9A-Z]{2}([0-9A-Z]{3}){0,3}(B[0-9A-Z]{5}([FU][0-9]{3})?)?'), false) as _is_unit_code,
    level_number(t.level) is not null as _is_level,
    t.level is not distinct from level_of_code(t.code) as _is_level_of_code,
    t.level <> 'city' or t.parent_code is null as _is_city_alone,
    t.level = 'city' or p.code is not null as _is_parent_known,
    t.level = 'city' or level_number(p.level) = level_number(t.level) - 1 as _is_parent_one_up,
    t.level <> 'floor' or coalesce(t.floor_no <> 0 and abs(t.floor_no) <= 999, false) as _is_floor_number,
    t.level not in ('grid', 'building') or t.geom is not null or t.lon is not null as _is_placed,
    t.geom is null or try(ST_GeomFromWKB(t.geom)) is not null as _is_geometry
from typed t
left join parents p on p.code = t.parent_code
