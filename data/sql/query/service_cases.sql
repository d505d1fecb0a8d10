-- grain: one case of those chosen that belongs to `show`: open, due (its promise ends before the end of the day, or is broken), overdue; of the
--        period opened, closed, late (closed after its promise), poor (rated below 3); what is most urgent, or newest, first
-- kind: query
select c.case_no, c.channel, c.category, c.unit_code, u.level, u.name_zh, u.name_en, c.department, c.hall, c.item, c.status, c.rating,
    epoch(c.opened_at)::bigint as opened_at, epoch(c.promised_at)::bigint as promised_at, epoch(c.closed_at)::bigint as closed_at
from theme.service_case c
left join theme.unit u on u.city = c.city and u.code = c.unit_code
where c.city = $city and is_seen($bits, $offsets, u.level, u.seq)
    and ($department = '' or c.department = $department) and ($category = '' or c.category = $category)
    and ($hall = '' or c.hall = $hall) and ($item::varchar = '' or c.item = $item::varchar)
    and ($channel = '' or c.channel = $channel) and ($district = '' or c.unit_code[1:6] = $district)
    and case
        when $show in ('open', 'due', 'overdue') then c.closed_at is null and c.status not in ('closed', 'withdrawn')
            and c.opened_at <= make_timestamp($until::bigint * 1000000)
            and ($show = 'open' or c.promised_at < make_timestamp(if($show = 'due', $day_end, $until)::bigint * 1000000))
        when $show = 'opened' then c.opened_at >= make_timestamp($since::bigint * 1000000) and c.opened_at < make_timestamp($until::bigint * 1000000)
        else c.closed_at >= make_timestamp($since::bigint * 1000000) and c.closed_at < make_timestamp($until::bigint * 1000000)
            and ($show = 'closed' or ($show = 'late' and c.closed_at > c.promised_at) or ($show = 'poor' and c.rating < 3))
    end
order by if($show in ('open', 'due', 'overdue'), c.promised_at, null) nulls last, coalesce(c.closed_at, c.opened_at) desc, c.case_no
limit $most
