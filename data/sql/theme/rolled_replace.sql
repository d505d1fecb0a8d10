-- all rows of an indicator anew
-- from: rolled_now (the tower's answer)
-- kind: step
delete from theme.rolled where city = $city and indicator = $indicator;

insert into theme.rolled select $city, $indicator, level, seq, observed_at, value, n, expected from rolled_now;
