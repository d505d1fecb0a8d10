-- grain: one alert: a rule that was met at a unit, from raised to closed; times are the city's own (epoch seconds)
-- from: app/alerts/watch.py, when data arrives; acts of people
-- never: gone: a closed alert stays; what happened to it is mgmt.alert_event
-- kind: stored
create table if not exists mgmt.alert (
    alert integer primary key,
    city varchar, rule varchar, severity varchar, indicator varchar, level varchar, seq integer, code varchar, area varchar, group_no integer,
    value double, limit_value double, usual double, peak double, last_value double,
    began_at bigint, raised_at bigint, last_at bigint, ended_at bigint,
    state varchar, since bigint, due_at bigint, owner varchar, note varchar, escalation integer, told_at bigint
);
