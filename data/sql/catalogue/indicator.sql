-- grain: one indicator of the registry
-- from: data/registry/indicators.csv
-- never: changed by hand in the database
-- kind: registry indicators
create or replace table catalogue.indicator as
select
    id, name_zh, name_en, theme, unit, cast(decimals as integer) as decimals, direction, style,
    list_transform(list_filter(string_split(coalesce(thresholds, ''), '|'), lambda x: x <> ''), lambda x: cast(x as double)) as thresholds,
    threshold_source, cadence, owner, native_level, rollup, weight, cast(scale as double) as scale,
    cast(privacy as integer) as privacy, description_zh, description_en, row_number() over () as position
from registry_file
