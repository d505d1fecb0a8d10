-- new units get an identity, changed ones a new version, and what a snapshot no longer holds is closed
-- from: the fresh rows, mgmt.identity, base.unit, base.shape, front.batch
-- kind: step
create or replace temp table found as
select
    f.*,
    hash(f.parent_code, f.name_zh, f.name_en, f.lon, f.lat, f.floors_above, f.floors_below, f.height_m, f.min_height_m,
         f.floor_no, f.place_type, f.address, f.source_id, f.geom) as _content
from fresh f;

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
select u.code, if(c.code is null, $as_of, coalesce(c.valid_from, $as_of)) as closed_at
from base.unit u
left join changed c on c.code = u.code
where u.city = $city and u.valid_to is null and (c.code is not null or u.code in (select code from gone));

update base.unit u set valid_to = greatest(c.closed_at, u.valid_from)
from closing c
where u.city = $city and u.code = c.code and u.valid_to is null;

update base.shape s set valid_to = greatest(c.closed_at, s.valid_from)
from closing c
where s.city = $city and s.code = c.code and s.valid_to is null;

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
    $source, s.source_id, s.since, null, s._content, s._batch, s._row
from standing s
left join base.city k on k.city = s.city and s.level = 'city'
order by s.level, s.seq;
