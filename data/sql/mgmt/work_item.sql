-- grain: one batch whose rejected rows went back to the department that answers for it
-- from: mgmt.reject, when the batch came in; acts of people
-- never: gone: a closed item stays; what happened to it is mgmt.work_event
-- kind: stored
create sequence if not exists mgmt.work_item_number;
create table if not exists mgmt.work_item (
    item integer primary key default nextval('mgmt.work_item_number'),
    city varchar, batch integer, dataset varchar, source varchar, owner varchar, row_count bigint,
    state varchar, since timestamp, pushed_at timestamp, corrected_batch integer, reminded_at timestamp, reminders integer
);
