-- grain: one handed-in flow count, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.flow of the batch), mgmt.identity, front.batch
-- kind: step
select
    b.city, h.origin_code, h.destination_code, o.level, o.seq as origin_seq, d.seq as destination_seq,
    cast(try_cast(h."at" as timestamptz) as timestamp) as observed_at, h."at" as _raw_at,
    try_cast(try_cast(h.count as double) as bigint) as count, h.count as _raw_count, h._batch, h._row,
    coalesce(as_bool(h._deleted), false) as _deleted,
    o.code is not null as _is_origin_known, d.code is not null as _is_destination_known, o.level = d.level as _is_same_level,
    try_cast(h."at" as timestamptz) is not null as _is_time,
    cast(try_cast(h."at" as timestamptz) as timestamp) <= b.received_at + interval 5 minute as _is_past,
    coalesce(as_bool(h._deleted), false) or coalesce(try_cast(h.count as double) between 0 and 1e12, false) as _is_count
from mapped h
join front.batch b on b.batch = h._batch
left join mgmt.identity o on o.city = b.city and o.code = h.origin_code
left join mgmt.identity d on d.city = b.city and d.code = h.destination_code
