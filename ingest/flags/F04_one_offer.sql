-- One offer
-- asks: Why did only one business offer, although others were invited?
-- why: A competition with one offer may have been written for one business.
-- method: The record says that it was competed, and counts one offer.
-- not applicable: It was not competed (an order: not offered to the other holders of its contract),
--   or the record does not count the offers.
-- innocent explanation: Few businesses may make what was asked for, or the offers may have been
--   counted for the order alone and not for the contract above it.
-- checked: 22 November 2026, by eye: raised on 39 of 64 counted purchases (61%); 39 of 39 read are
--   as the method says.
-- version: 2
select
  purchase_id,
  offers_received = 1 as is_raised,
  '1 offer' as value,
  coalesce(nullif(fair_opportunity_exception, ''), competition) as evidence,
  case
    when offers_received is null then 'the record does not count the offers'
    when was_competed is null then 'the record does not say whether it was competed'
    when not was_competed then 'it was not competed'
  end as not_applicable
from examined
