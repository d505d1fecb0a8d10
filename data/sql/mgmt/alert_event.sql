-- grain: one step in the life of an alert: what happened, when by the city's clock, and when and by whom it was written
-- from: people, and the program itself (who = system)
-- never: changed afterwards
-- kind: stored
create sequence if not exists mgmt.alert_event_number;
create table if not exists mgmt.alert_event (
    event bigint default nextval('mgmt.alert_event_number'), city varchar, alert integer, act varchar, state varchar, happened_at bigint,
    written_at timestamp, who varchar, department varchar, note varchar
);
