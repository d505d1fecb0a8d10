-- grain: one handed-in flow count, typed, with the first rule it breaks
-- from: hub.flow, mgmt.identity, front.batch
-- kind: step
select
    b.city, h.origin_code, h.destination_code, o.level, o.seq as origin_seq, d.seq as destination_seq,
    cast(try_cast(h."at" as timestamptz) as timestamp) as observed_at,
    try_cast(try_cast(h.count as double) as bigint) as count, h._batch, h._row,
    case
        when o.code is null then {'rule': 'unit_known', 'column': 'origin_code', 'value': h.origin_code}
        when d.code is null then {'rule': 'unit_known', 'column': 'destination_code', 'value': h.destination_code}
        when o.level <> d.level then {'rule': 'same_level', 'column': 'destination_code', 'value': h.destination_code}
        when cast(try_cast(h."at" as timestamptz) as timestamp) is null
            then {'rule': 'time', 'column': 'at', 'value': h."at"}
        when cast(try_cast(h."at" as timestamptz) as timestamp) > b.received_at + interval 5 minute
            then {'rule': 'not_in_the_future', 'column': 'at', 'value': h."at"}
        when not coalesce(try_cast(h.count as double) between 0 and 1e12, false)
            then {'rule': 'count', 'column': 'count', 'value': h.count}
    end as _fault
from hub.flow h
join front.batch b on b.batch = h._batch
left join mgmt.identity o on o.city = b.city and o.code = h.origin_code
left join mgmt.identity d on d.city = b.city and d.code = h.destination_code
where h._batch = $batch
