-- grain: one reading as it was said before: its source took it back, or another word replaced it (`_ended_by`: the batch that did)
-- from: base.reading (base.reading_merge, data/withdrawals.py)
-- never: erased, or what stands
-- kind: stored
create table if not exists base.reading_ended (
    city varchar, indicator varchar, level varchar, seq integer, observed_at timestamp, value double, weight double,
    _batch integer, _row integer, valid_to timestamp, _ended_by integer
);
