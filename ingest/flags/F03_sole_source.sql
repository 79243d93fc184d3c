-- Bought from one source
-- asks: Why was no other business asked?
-- why: Without competition nothing shows whether price and product were the best to be had.
-- method: The record's own words: not competed, not available for competition, not bid, sole source,
--   direct award, or an order that was not offered to the other holders of its contract.
-- not applicable: The record's words do not say whether others were asked.
-- innocent explanation: One business may be the only maker, the purchase may be small or urgent, or
--   the competition may have been for the contract under which this was ordered.
-- checked: 22 November 2026, by eye: raised on 170 of 236 counted purchases (72%); 30 of 30 read
--   are as the method says.
-- version: 2
select
  purchase_id,
  not was_competed as is_raised,
  coalesce(no_competition_reason, words) as value,
  words as evidence,
  case when was_competed is null then 'the record does not say whether others were asked' end
    as not_applicable
from (
  select
    *,
    coalesce(
      nullif(fair_opportunity_exception, ''), concat_ws(': ', competition, no_competition_reason)
    ) as words
  from examined
)
