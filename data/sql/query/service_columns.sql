-- grain: one service case as it stands, said by a batch after `after`, in the order of opening; times in microseconds since 1970 (null: never)
-- kind: query
-- unfiltered: kept whole in memory (app/service/shelf.py), where every viewer counts only the cases at units in their sight
select hash(case_no) as id, unit_code, category, channel, coalesce(department, '') as department, status,
    epoch_us(opened_at) as opened, epoch_us(promised_at) as promised, epoch_us(closed_at) as closed, coalesce(rating, -1)::tinyint as rating
from theme.service_case
where city = $city and _batch > $after
order by opened_at
