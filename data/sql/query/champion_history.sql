-- grain: one choice of a forecasting model for an indicator at a level of a city
-- kind: query
-- unfiltered: how models did over all units of a level: no value of any unit
select city, indicator, level, chosen_at, model, params, data_from, data_until, series, steps, horizon, method, scores, seconds, who
from mgmt.champion
where city = $city and indicator = $indicator and level = $level
order by chosen_at desc
