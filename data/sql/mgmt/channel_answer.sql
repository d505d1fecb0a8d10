-- grain: one batch and fact where several channels met: who answered, why, how far they were apart
-- from: data/answers.py, in the transaction of the batch
-- never: a disagreement that was settled silently
-- kind: stored
create table if not exists mgmt.channel_answer (
    city varchar, dataset varchar, fact varchar, batch integer, decided_at timestamp,
    channel varchar, best varchar, score double, best_score double, is_stand_in boolean,
    compared bigint, outvoted bigint, disagreed bigint, largest double, tolerance double,
    example_unit varchar, example_at timestamp, example_value double, example_best double
);
