-- what several libraries say in the same words
create or replace macro level_number(level) as
    list_position(['city', 'district', 'street', 'community', 'grid', 'building', 'floor'], level);
create or replace macro level_of_code(code) as case length(code)
    when 6 then if(code[5:6] = '00', 'city', 'district')
    when 9 then 'street' when 12 then 'community' when 15 then 'grid' when 21 then 'building' when 25 then 'floor'
end;
-- metres per degree on the WGS 84 ellipsoid (series of Snyder 1987, below 1 cm per degree)
create or replace macro metres_per_lat(lat) as
    111132.954 - 559.822 * cos(2 * radians(lat)) + 1.175 * cos(4 * radians(lat));
create or replace macro metres_per_lon(lat) as
    111412.84 * cos(radians(lat)) - 93.5 * cos(3 * radians(lat)) + 0.118 * cos(5 * radians(lat));
-- web mercator (EPSG:3857) of a longitude and latitude, and the address of tiles of 4096 units a side, zoom 0 to 14
create or replace macro mercator_x(lon) as lon * 20037508.342789244 / 180;
create or replace macro mercator_y(lat) as
    ln(tan(pi() / 4 + radians(greatest(least(lat, 85.05), -85.05)) / 2)) * 6378137;
create or replace macro tile_side(z) as 40075016.685578488 / pow(2, z);
create or replace macro tile_key(z, x, y) as (z::bigint << 28) | (x::bigint << 14) | y::bigint;
create or replace macro tile_x(mx, z) as
    least(greatest(floor((mx + 20037508.342789244) / tile_side(z)), 0), pow(2, z) - 1)::integer;
create or replace macro tile_y(my, z) as
    least(greatest(floor((20037508.342789244 - my) / tile_side(z)), 0), pow(2, z) - 1)::integer;
-- true for a unit that may be seen: `bits` has one bit a unit, a level's begin at its offset; null bits: all may be seen
create or replace macro is_seen(bits, offsets, level, seq) as
    (bits is null or if((offsets::integer[])[level_number(level)] + seq <= bit_length(bits::blob::bit),
        get_bit(bits::blob::bit, (offsets::integer[])[level_number(level)] + seq - 1), 0) = 1);
-- what departments write as a date, a time, a whole number, a yes; null where it is none (30 February is none)
create or replace macro as_text(v) as nullif(trim(v), '');
create or replace macro as_date(v) as
    coalesce(try_cast(trim(v) as date), try_strptime(trim(v), ['%Y%m%d', '%Y.%m.%d', '%Y年%m月%d日'])::date);
create or replace macro as_time(v) as
    coalesce(cast(try_cast(trim(v) as timestamptz) as timestamp), try_strptime(trim(v), ['%Y%m%d%H%M%S', '%Y年%m月%d日 %H:%M:%S']));
create or replace macro as_number(v) as if(isfinite(try_cast(trim(v) as double)), try_cast(trim(v) as double), null);
create or replace macro as_integer(v) as
    if(abs(as_number(v)) < 9e15 and as_number(v) = floor(as_number(v)), as_number(v)::bigint, null);
create or replace macro as_bool(v) as case
    when lower(trim(v)) in ('true', 't', '1', 'yes', 'y', '是') then true
    when lower(trim(v)) in ('false', 'f', '0', 'no', 'n', '否') then false
end;
-- a value as it may be shown: of sensitive and personal fields four characters at most, of a short one its first
create or replace macro masked(v, privacy) as case
    when privacy < 2 then if(length(v) > 40, v[1:37] || '…', v)
    when length(v) > 4 then v[1:4] || repeat('*', least(length(v) - 4, 16))
    else v[1:1] || repeat('*', length(v) - 1)
end;
