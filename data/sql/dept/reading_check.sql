-- grain: one handed-in reading, typed, with the first rule it breaks
-- from: hub.reading, catalogue.indicator, mgmt.identity, front.batch
-- kind: step
with typed as (
    select
        b.city, b.received_at, h.unit_code, h.indicator, h."at" as at_text, h.value as value_text, h.weight as weight_text,
        cast(try_cast(h."at" as timestamptz) as timestamp) as observed_at,
        try_cast(h.value as double) as value, try_cast(h.weight as double) as weight, h._batch, h._row
    from hub.reading h
    join front.batch b on b.batch = h._batch
    where h._batch = $batch
)
select
    t.city, t.unit_code, t.indicator, i.level, i.seq, t.observed_at, t.value,
    case when n.rollup in ('weighted_mean', 'ratio') and n.weight in ('reading', 'none') then coalesce(t.weight, 1.0) else t.weight end as weight,
    t._batch, t._row,
    case
        when i.code is null then {'rule': 'unit_known', 'column': 'unit_code', 'value': t.unit_code}
        when n.id is null then {'rule': 'indicator_known', 'column': 'indicator', 'value': t.indicator}
        when i.level <> n.native_level then {'rule': 'native_level', 'column': 'unit_code', 'value': t.unit_code}
        when t.observed_at is null then {'rule': 'time', 'column': 'at', 'value': t.at_text}
        when t.observed_at > t.received_at + interval 5 minute then {'rule': 'not_in_the_future', 'column': 'at', 'value': t.at_text}
        when t.observed_at < timestamp '1949-10-01' then {'rule': 'time', 'column': 'at', 'value': t.at_text}
        when t.value is null or not isfinite(t.value) or abs(t.value) > 1e15
            then {'rule': 'finite_number', 'column': 'value', 'value': t.value_text}
        when t.weight_text is not null and (t.weight is null or not isfinite(t.weight) or t.weight < 0 or t.weight > 1e15)
            then {'rule': 'weight', 'column': 'weight', 'value': t.weight_text}
        when n.rollup = 'ratio' and t.weight is null
            then {'rule': 'ratio_needs_weight', 'column': 'weight', 'value': null}
    end as _fault
from typed t
left join mgmt.identity i on i.city = t.city and i.code = t.unit_code
left join catalogue.indicator n on n.id = t.indicator
