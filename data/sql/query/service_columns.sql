-- grain: one service case as it stands, said by a batch after `after`, in the order of opening; times in microseconds since 1970 (null: never)
-- kind: query
-- unfiltered: kept whole in memory (app/service/shelf.py), where every viewer counts only the cases at units in their sight
select hash(case_no) as id, unit_code, category, channel, coalesce(department, '') as department, status,
    epoch_us(opened_at) as opened, epoch_us(promised_at) as promised, epoch_us(closed_at) as closed, coalesce(rating, -1)::tinyint as rating,
    coalesce(hall, '') as hall, coalesce(item, '') as item, coalesce(trips, -1)::tinyint as trips,
    coalesce(channel_switches, -1)::tinyint as switches, coalesce(cost_cny, 'nan'::double) as cost,
    epoch_us(called_back_at) as called_back, epoch_us(put_right_at) as put_right
from theme.service_case
where city = $city and _batch > $after
order by opened_at
