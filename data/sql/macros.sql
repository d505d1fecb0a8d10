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
