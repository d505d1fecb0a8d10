-- new units get an identity, changed ones a new version, and what a snapshot no longer holds is closed
-- from: the fresh rows, mgmt.identity, base.unit, base.shape, front.batch
-- kind: step
create or replace temp table found as
with told as (
    -- what another source says and this one leaves out stays as it was
    select
        f.city, f.code, f.level, f.parent_code, f.valid_from, f.geom, f._batch, f._row,
        coalesce(f.source_id, u.source_id) as source_id,
        coalesce(f.name_zh, u.name_zh) as name_zh, coalesce(f.name_en, u.name_en) as name_en,
        coalesce(f.lon, u.lon) as lon, coalesce(f.lat, u.lat) as lat, coalesce(f.area_m2, u.area_m2) as area_m2,
        coalesce(f.floors_above, u.floors_above) as floors_above, coalesce(f.floors_below, u.floors_below) as floors_below,
        coalesce(f.height_m, u.height_m) as height_m, coalesce(f.min_height_m, u.min_height_m) as min_height_m,
        coalesce(f.floor_no, u.floor_no) as floor_no, coalesce(f.place_type, u.place_type) as place_type,
        coalesce(f.address, u.address) as address
    from fresh f
    left join base.unit u on u.city = f.city and u.code = f.code and u.valid_to is null and u.source <> $source
)
select
    t.*,
    hash(parent_code, name_zh, name_en, lon, lat, floors_above, floors_below, height_m, min_height_m,
         floor_no, place_type, address, source_id, geom) as _content
from told t;

insert into mgmt.identity
select
    f.city, f.code, f.level,
    coalesce(top.seq, 0) + row_number() over (partition by f.level order by f.code) as seq,
    $source, f.source_id, f._batch
from found f
left join mgmt.identity i on i.city = f.city and i.code = f.code
left join (select level, max(seq) as seq from mgmt.identity where city = $city group by level) top on top.level = f.level
where i.code is null;

create or replace temp table changed as
select f.*
from found f
left join base.unit u on u.city = f.city and u.code = f.code and u.valid_to is null
where u.code is null or u._content <> f._content;

create or replace temp table gone as
select u.code
from base.unit u
where $snapshot and u.city = $city and u.source = $source and u.valid_to is null
  and u.level in (select distinct level from checked)
  and not exists (from checked c where c.code = u.code);

create or replace temp table closing as
select u.code, if(c.code is null, $as_of, coalesce(c.valid_from, $as_of)) as closed_at, c.code is null or c.geom is not null as is_redrawn
from base.unit u
left join changed c on c.code = u.code
where u.city = $city and u.valid_to is null and (c.code is not null or u.code in (select code from gone));

update base.unit u set valid_to = greatest(c.closed_at, u.valid_from), _known_to = $now
from closing c
where u.city = $city and u.code = c.code and u.valid_to is null;

update base.shape s set valid_to = greatest(c.closed_at, s.valid_from)
from closing c
where s.city = $city and s.code = c.code and s.valid_to is null and c.is_redrawn;

create or replace temp table standing as
select
    c.*, i.seq, p.seq as parent_seq, if(c.geom is null, null, ST_GeomFromWKB(c.geom)) as shape,
    coalesce(c.valid_from,
             if(exists (from base.unit u where u.city = $city and u.level = c.level), $as_of, timestamp '1900-01-01')) as since
from changed c
join mgmt.identity i on i.city = c.city and i.code = c.code
left join mgmt.identity p on p.city = c.city and p.code = c.parent_code;

insert into base.shape
select city, code, level, seq, shape, since, null from standing where shape is not null order by level, seq;

insert into base.unit
select
    s.city, s.code, s.level, s.seq, s.parent_code, s.parent_seq,
    coalesce(s.name_zh, s.name_en, k.name_zh), coalesce(s.name_en, s.name_zh, k.name_en), null,
    coalesce(s.lon, ST_X(ST_PointOnSurface(s.shape))) as lon, coalesce(s.lat, ST_Y(ST_PointOnSurface(s.shape))) as lat,
    coalesce(s.area_m2, ST_Area(s.shape) * metres_per_lat(ST_Y(ST_Centroid(s.shape))) * metres_per_lon(ST_Y(ST_Centroid(s.shape)))),
    s.floors_above, s.floors_below, s.height_m, s.min_height_m, s.floor_no, s.place_type, s.address,
    $source, s.source_id, s.since, null, s._content, s._batch, s._row, $now, null
from standing s
left join base.city k on k.city = s.city and s.level = 'city'
order by s.level, s.seq;
