-- what rules of data/registry/rules.csv may ask of a value; made after the registries they read
-- GB 11643: the date of birth and the order number in an ID number; null where there is none
create or replace macro id_birth(v) as try_strptime(v[7:14], '%Y%m%d')::date;
create or replace macro id_order(v) as try_cast(v[15:17] as integer);
-- the digit of n that has `place` digits behind it
create or replace macro digit(n, place) as (n // (10::bigint ** place)::bigint) % 10;
-- GB 11643, ISO 7064 MOD 11-2: the check character of the first 17 digits
create or replace macro id_check(n) as '10X98765432'[1 + (
    digit(n, 16) * 7 + digit(n, 15) * 9 + digit(n, 14) * 10 + digit(n, 13) * 5 + digit(n, 12) * 8 + digit(n, 11) * 4 + digit(n, 10) * 2
    + digit(n, 9) + digit(n, 8) * 6 + digit(n, 7) * 3 + digit(n, 6) * 7 + digit(n, 5) * 9 + digit(n, 4) * 10 + digit(n, 3) * 5
    + digit(n, 2) * 8 + digit(n, 1) * 4 + digit(n, 0) * 2) % 11];
-- 18 characters, a real date of birth, the check character; Ⅹ and lower-case x are not X
create or replace macro is_id_number(v) as
    regexp_full_match(v, '[1-9][0-9]{16}[0-9X]') and id_birth(v) is not null and id_check(try_cast(v[1:17] as bigint)) = v[18];
-- GB/T 2260: a code that stands or stood; one that is right for a year of birth (both years of a change count)
create or replace macro is_region(c) as c in (select division.code from catalogue.division);
create or replace macro region_stood(c, y) as
    try_cast(c as integer) * 100 + least(greatest(y, 1980), 2040) - 1980 in (select division_year.key from catalogue.division_year);
-- cities that are made up have region codes that begin with 99: their own districts
create or replace macro is_synthetic_region(c, districts) as c[1:2] = '99' and list_contains(districts::varchar[], c);
-- a character of GB 32100 and of GB 11714 as its value
create or replace macro credit_value(c) as strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', c) - 1;
create or replace macro organisation_value(c) as strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) - 1;
-- GB 11714: the check character of an organisation code, nine characters
create or replace macro is_organisation_code(v) as '0123456789X0'[1 + (11 - (
    organisation_value(v[1]) * 3 + organisation_value(v[2]) * 7 + organisation_value(v[3]) * 9 + organisation_value(v[4]) * 10
    + organisation_value(v[5]) * 5 + organisation_value(v[6]) * 8 + organisation_value(v[7]) * 4 + organisation_value(v[8]) * 2) % 11)] = v[9];
-- GB 32100: the check character of the first 17
create or replace macro credit_check(v) as '0123456789ABCDEFGHJKLMNPQRTUWXY'[1 + (31 - (
    credit_value(v[1]) + credit_value(v[2]) * 3 + credit_value(v[3]) * 9 + credit_value(v[4]) * 27 + credit_value(v[5]) * 19
    + credit_value(v[6]) * 26 + credit_value(v[7]) * 16 + credit_value(v[8]) * 17 + credit_value(v[9]) * 20 + credit_value(v[10]) * 29
    + credit_value(v[11]) * 25 + credit_value(v[12]) * 13 + credit_value(v[13]) * 8 + credit_value(v[14]) * 24 + credit_value(v[15]) * 10
    + credit_value(v[16]) * 30 + credit_value(v[17]) * 28) % 31) % 31];
-- GB 32100: registering authority, kind, region, organisation code with its check character, check character
create or replace macro is_credit_code(v) as
    regexp_full_match(v, '[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}') and is_organisation_code(v[9:17]) and credit_check(v) = v[18];
create or replace macro is_mobile(v) as regexp_full_match(v, '1[3-9][0-9]{9}');
-- inside the outline of the city (WKB, EPSG:4326); nothing to say without an outline or a place
create or replace macro is_in_city(lon, lat, outline) as
    outline is null or lon is null or lat is null or (lon between -180 and 180 and lat between -90 and 90
        and ST_Contains(ST_GeomFromWKB(outline::blob), ST_Point(lon, lat)));
