-- Grown by amendment
-- asks: Why did what this contract may cost grow by half or more after it was signed?
-- why: A contract that is offered small and grown later was competed, and approved, at the small figure.
-- method: The ceiling now (base and all options) less the ceiling at signing (modification 0), as a
--   share of the ceiling at signing. Raised from one half and 50,000 dollars on.
-- not applicable: The ceiling at signing or the one now is not in the record, or the first was zero.
-- innocent explanation: The need may have grown, or work that was foreseen may have been signed for
--   in steps; some agencies write options into the record only when they take them.
-- checked: 22 November 2026, by eye: on 3 of 1,341 counted purchases the records that were at hand
--   have both ceilings, and none grew. Over everything bought, counted or not, 1 of 85 is raised,
--   and rightly.
-- version: 1
select
  purchase_id,
  ceiling_growth_usd >= first_ceiling_usd / 2 and ceiling_growth_usd >= 50000 as is_raised,
  format('from {} at signing to {}, {}% more', in_dollars(first_ceiling_usd),
    in_dollars(ceiling_usd), round(100 * ceiling_growth_usd / nullif(first_ceiling_usd, 0))::bigint) as value,
  format('{} at signing', in_dollars(first_ceiling_usd)) as evidence,
  case
    when first_ceiling_usd is null then 'the ceiling at signing is not in the record'
    when first_ceiling_usd <= 0 then 'the ceiling at signing was zero'
    when ceiling_usd is null then 'the ceiling of today is not in the record'
  end as not_applicable
from examined
