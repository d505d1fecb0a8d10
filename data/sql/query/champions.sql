-- grain: the newest choice of a forecasting model for each indicator and level of a city
-- kind: query
-- unfiltered: how models did over all units of a level: no value of any unit
select city, indicator, level, chosen_at, model, params, data_from, data_until, series, steps, horizon, method, scores, seconds, who
from mgmt.champion
where city = $city
qualify row_number() over (partition by indicator, level order by chosen_at desc) = 1
order by indicator, level
