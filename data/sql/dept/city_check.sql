-- grain: one handed-in row of dataset city, typed, with the first rule it breaks
-- from: hub.city
-- kind: step
select
    trim(city) as city, trim(name_zh) as name_zh, trim(name_en) as name_en,
    coalesce(try_cast(synthetic as boolean), false) as is_synthetic, timezone, trim(code) as code, licence,
    _batch, _row,
    case
        when city is null or not regexp_full_match(trim(city), '[a-z0-9_-]{1,40}')
            then {'rule': 'city_key', 'column': 'city', 'value': city}
        when coalesce(name_zh, name_en) is null
            then {'rule': 'not_null', 'column': 'name_zh', 'value': null}
        when code is null or not regexp_full_match(trim(code), '[0-9]{4}00|0[0-9A-Z]{3}00')
            then {'rule': 'unit_code', 'column': 'code', 'value': code}
    end as _fault
from hub.city
where _batch = $batch
