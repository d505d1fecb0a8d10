-- grain: one district in sight, year, sex and five-year age group (its first age): people at the year's end, and the deaths, births (by the
--        mother's age and the child's sex) and net migrants of the five years before
-- kind: query
select g.unit_code, g.year::integer as year, g.sex::integer as sex, g.age::integer as age, g.people::bigint as people, g.deaths::bigint as deaths,
    g.births::bigint as births, g.migrants::bigint as migrants
from theme.age_group g
where g.city = $city and g.sex in ('1', '2') and ($bits is null or g.unit_code in (
    select u.code from theme.unit u where $bits is not null and u.city = $city and is_seen($bits, $offsets, u.level, u.seq)))
order by g.unit_code, g.year, g.sex, g.age
