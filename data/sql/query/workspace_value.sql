-- grain: one indicator of one unit at one time, grid and coarser, that may be seen, for a snapshot of the SQL workspace
-- kind: query
select indicator, level, seq, observed_at, value, n, expected
from theme.value
where city = $city and list_contains($indicators::varchar[], indicator) and level in ('city', 'district', 'street', 'community', 'grid')
  and is_seen($bits, $offsets, level, seq)
