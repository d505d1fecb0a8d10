-- from: the checked rows, base.city
-- kind: step
insert into base.city (city, name_zh, name_en, is_synthetic, timezone, code, licence, geometry_version, value_version, _batch)
select city, coalesce(name_zh, name_en), coalesce(name_en, name_zh), is_synthetic, timezone, code, licence, 0, 0, _batch
from fresh
on conflict (city) do update set
    name_zh = excluded.name_zh, name_en = excluded.name_en, is_synthetic = excluded.is_synthetic,
    timezone = excluded.timezone, code = excluded.code, licence = excluded.licence, _batch = excluded._batch;
