-- Paid from asset forfeiture
-- asks: Who decided to pay this with seized money, outside the budget that the council votes on?
-- why: Money from seizures is often spent without the vote that a budget needs.
-- method: The words of the fund or account that pays, or of one of them, speak of forfeiture, seizure
--   or equitable sharing (data/reference/funding_words.csv).
-- not applicable: The record does not say who pays.
-- innocent explanation: The law lets police spend such money on equipment, and many councils approve it.
-- checked: 22 November 2026, by eye: raised on none of 7 counted purchases, and on 8 of 9,484 over
--   everything bought (San Francisco); 8 of 8 are as the method says.
-- version: 2
select
  purchase_id,
  coalesce(funding_kind = 'asset forfeiture', false) as is_raised,
  funding as value,
  funding as evidence,
  case when funding is null then 'the record does not say who pays' end as not_applicable
from examined
