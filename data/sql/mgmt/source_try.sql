-- grain: one time that a source was asked, or sent something, and what became of it
-- from: front.delivery
-- kind: view
select channel, started_at, seconds, outcome, message from front.delivery
