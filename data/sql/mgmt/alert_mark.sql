-- grain: how far one rule has been evaluated in one city: the newest step (epoch seconds) that was judged
-- from: app/alerts/watch.py
-- never: going back
-- kind: stored
create table if not exists mgmt.alert_mark (city varchar, rule varchar, evaluated_at bigint, primary key (city, rule));
