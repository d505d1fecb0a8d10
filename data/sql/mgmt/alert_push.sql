-- grain: one message that leaves the program (web hook, e-mail): what, how often tried, when it arrived
-- from: app/alerts/push.py
-- never: sent twice once it arrived
-- kind: stored
create sequence if not exists mgmt.alert_push_number;
create table if not exists mgmt.alert_push (
    push bigint default nextval('mgmt.alert_push_number'), city varchar, alert integer, channel varchar, body varchar, tries integer,
    next_at timestamp, done_at timestamp, error varchar
);
