-- grain: one count of a flow as it was said before: its source took it back, or another word replaced it (`_ended_by`: the batch that did)
-- from: base.flow (base.flow_merge, data/withdrawals.py)
-- never: erased, or what stands
-- kind: stored
create table if not exists base.flow_ended (
    city varchar, level varchar, origin_seq integer, destination_seq integer, observed_at timestamp, count bigint,
    _batch integer, _row integer, valid_to timestamp, _ended_by integer
);
