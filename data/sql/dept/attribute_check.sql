-- grain: one handed-in row of dataset attribute, typed, with what its rules ask (`_is_…`, data/registry/rules.csv)
-- from: mapped (hub.attribute of the batch), catalogue.attribute, mgmt.identity, front.batch
-- kind: step
select
    b.city, h.unit_code, h.attribute, h.value, i.level, i.seq,
    try_cast(h.valid_from as timestamp) as valid_from, h.valid_from as _raw_valid_from, h._batch, h._row,
    i.code is not null as _is_unit_known, a.id is not null as _is_attribute_known,
    a.type <> 'number' or coalesce(isfinite(try_cast(h.value as double)), false) as _is_number,
    a.type <> 'code' or list_contains(a.keys, h.value) as _is_in_code_list,
    a.type <> 'date' or try_cast(h.value as date) is not null as _is_date
from mapped h
join front.batch b on b.batch = h._batch
left join mgmt.identity i on i.city = b.city and i.code = h.unit_code
left join catalogue.attribute a on a.id = h.attribute
