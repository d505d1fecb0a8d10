-- grain: one handed-in row of dataset attribute, typed, with the first rule it breaks
-- from: hub.attribute, catalogue.attribute, mgmt.identity, front.batch
-- kind: step
select
    b.city, h.unit_code, h.attribute, h.value, i.level, i.seq,
    try_cast(h.valid_from as timestamp) as valid_from, h._batch, h._row,
    case
        when i.code is null then {'rule': 'unit_known', 'column': 'unit_code', 'value': h.unit_code}
        when a.id is null then {'rule': 'attribute_known', 'column': 'attribute', 'value': h.attribute}
        when h.value is null then {'rule': 'not_null', 'column': 'value', 'value': null}
        when a.type = 'number' and not coalesce(isfinite(try_cast(h.value as double)), false)
            then {'rule': 'number', 'column': 'value', 'value': h.value}
        when a.type = 'code' and not list_contains(a.keys, h.value)
            then {'rule': 'in_code_list', 'column': 'value', 'value': h.value}
        when a.type = 'date' and try_cast(h.value as date) is null
            then {'rule': 'date', 'column': 'value', 'value': h.value}
        when h.valid_from is not null and try_cast(h.valid_from as timestamp) is null
            then {'rule': 'date', 'column': 'valid_from', 'value': h.valid_from}
    end as _fault
from hub.attribute h
join front.batch b on b.batch = h._batch
left join mgmt.identity i on i.city = b.city and i.code = h.unit_code
left join catalogue.attribute a on a.id = h.attribute
where h._batch = $batch
