-- Ceiling far above what is committed
-- asks: Why may this contract become three times as large as what has been obligated under it?
-- why: A high ceiling lets an agency buy more later without asking again.
-- method: The ceiling (base and all options) against everything obligated over the contract's life:
--   the publisher's total or, where that is older and smaller, the transactions in our files.
--   Raised from three times and 100,000 dollars of difference on.
-- not applicable: The amount is no obligation, there is no ceiling in the record, or part of the
--   contract's life lies outside our files and its publisher gives no total.
-- innocent explanation: Options of later years are part of the ceiling and may never be taken; young
--   contracts are far below theirs.
-- checked: 22 November 2026, by eye: raised on 2 of 85 counted purchases, and on 6 of 706 over
--   everything bought; 8 of 8 are as the method says.
-- version: 2
with
  searched as (
    select agency_id, list_distinct(flatten(list(fiscal_years))) as years
    from mart.coverage
    where is_complete
    group by agency_id
  ),
  life as (
    select
      *,
      case
        when lifetime_usd is not null then greatest(lifetime_usd, amount_usd)
        when list_has_all(years, range(
          fiscal_year_of(signed_date, fiscal_year_begins),
          1 + fiscal_year_of(least(greatest(end_date, last_date), window_end), fiscal_year_begins)
        ))
        then amount_usd
      end as obligated
    from examined
    left join searched using (agency_id)
  )
select
  purchase_id,
  ceiling_usd >= 3 * obligated and ceiling_usd - obligated >= 100000 as is_raised,
  format('{} obligated, ceiling {}', in_dollars(obligated), in_dollars(ceiling_usd)) as value,
  format('ceiling {}', in_dollars(ceiling_usd)) as evidence,
  case
    when basis <> 'obligated' then 'its amount is not an obligation'
    when ceiling_usd is null then 'no ceiling is in the record'
    when obligated is null then 'part of its life lies outside our files'
    when obligated <= 0 then 'nothing is obligated under it now'
  end as not_applicable
from life
