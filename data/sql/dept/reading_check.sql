-- grain: one handed-in reading, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.reading of the batch), catalogue.indicator, mgmt.identity, front.batch
-- kind: step
with typed as (
    select
        b.city, b.received_at, h.unit_code, h.indicator, h."at" as at_text, h.value as value_text, h.weight as weight_text,
        cast(try_cast(h."at" as timestamptz) as timestamp) as observed_at,
        try_cast(h.value as double) as value, try_cast(h.weight as double) as weight,
        coalesce(as_bool(h._deleted), false) as _deleted, h._batch, h._row
    from mapped h
    join front.batch b on b.batch = h._batch
)
select
    t.city, t.unit_code, t.indicator, i.level, i.seq, t.observed_at, t.value,
    case when n.rollup in ('weighted_mean', 'ratio') and n.weight in ('reading', 'none') then coalesce(t.weight, 1.0) else t.weight end as weight,
    t._batch, t._row, t._deleted, t.at_text as _raw_at, t.value_text as _raw_value, t.weight_text as _raw_weight,
    i.code is not null as _is_unit_known, n.id is not null as _is_indicator_known, i.level = n.native_level as _is_native_level,
    t.observed_at is not null as _is_time, t.observed_at <= t.received_at + interval 5 minute as _is_past,
    t.observed_at >= timestamp '1949-10-01' as _is_of_our_time,
    t._deleted or coalesce(isfinite(t.value) and abs(t.value) <= 1e15, false) as _is_finite,
    t.weight_text is null or coalesce(isfinite(t.weight) and t.weight between 0 and 1e15, false) as _is_weight,
    t._deleted or n.rollup <> 'ratio' or t.weight is not null as _is_ratio_weighed
from typed t
left join mgmt.identity i on i.city = t.city and i.code = t.unit_code
left join catalogue.indicator n on n.id = t.indicator
