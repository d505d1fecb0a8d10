-- grain: one conflict between sources in a city: open ones first, then the newest
-- kind: query
-- unfiltered: names of fields and sources, for who may see the whole city
select * from (
    select c.conflict, c.dataset, c.key, c.field, c.sources, c.state, c.chosen, c.found_at, c.settled_at, coalesce(f.name_zh, a.name_zh) as name_zh,
        coalesce(f.name_en, a.name_en) as name_en, coalesce(f.privacy, a.privacy) as privacy,
        max(k.privacy) as key_privacy, any_value(d.who) as who, any_value(d.reason) as reason, max(d.decided_at) as decided_at
    from mgmt.conflict c
    left join catalogue.field f on f.dataset = c.dataset and f.field = c.field
    left join catalogue.attribute a on c.dataset = 'attribute' and a.id = c.field
    left join catalogue.field k on k.dataset = c.dataset and k.is_key
    left join mgmt.decision d on d.conflict = c.conflict
    where c.city = $city and (c.state = $state or $state = '')
    group by all
)
order by settled_at is not null, state <> 'open', conflict desc limit $most
