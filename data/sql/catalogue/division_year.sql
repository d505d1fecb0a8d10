-- grain: one code of GB/T 2260 and one year of birth for which it is right, as one number: code · 100 + year − 1980
-- from: catalogue.division; ID numbers are given since 1984, so a code of that year is right for everybody born before
-- kind: table
select d.code::integer * 100 + y.year - 1980 as key
from catalogue.division d, (select unnest(range(1980, 2041))::integer as year) y
where (d.since is null or d.since <= greatest(y.year, 1984)) and (d.until is null or d.until >= y.year)
order by key
