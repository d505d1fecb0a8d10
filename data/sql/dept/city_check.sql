-- grain: one handed-in row of dataset city, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.city of the batch)
-- kind: step
select
    trim(city) as city, trim(name_zh) as name_zh, trim(name_en) as name_en,
    coalesce(try_cast(synthetic as boolean), false) as is_synthetic, timezone, trim(code) as code, licence,
    _batch, _row,
    coalesce(regexp_full_match(trim(city), '[a-z0-9_-]{1,40}'), false) as _is_city_key,
    coalesce(name_zh, name_en) is not null as _is_named,
    coalesce(regexp_full_match(trim(code), '[0-9]{4}00|0[0-9A-Z]{3}00'), false) as _is_city_code
from mapped
