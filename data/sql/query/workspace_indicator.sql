-- grain: one indicator that may be seen, for a snapshot of the SQL workspace
-- kind: query
-- unfiltered: a registry, by the names of the indicators that may be seen
select id, name_zh, name_en, theme, unit, decimals, direction, thresholds, cadence, owner, native_level, rollup, description_zh, description_en
from theme.indicator where list_contains($indicators::varchar[], id)
