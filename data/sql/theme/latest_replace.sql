-- the newest values of an indicator
-- from: newest_now (the tower's answer)
-- kind: step
delete from theme.latest where city = $city and indicator = $indicator;

insert into theme.latest select $city, $indicator, level, seq, observed_at, value, n, expected from newest_now;
