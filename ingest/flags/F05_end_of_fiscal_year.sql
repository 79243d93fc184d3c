-- Bought in the last days of the fiscal year
-- asks: Was this bought because it was needed, or because money was left?
-- why: Money that lapses at the end of the year is sometimes spent in a hurry.
-- method: Signed on one of the last seven days of the buyer's own fiscal year.
-- not applicable: The day of signing is not in our files.
-- innocent explanation: Yearly subscriptions and contracts are often timed to the fiscal year, and
--   money may have been granted late.
-- checked: 22 November 2026, by eye: raised on 82 of 1,010 counted purchases (8%), where 2% would
--   be chance; 24 of 24 read are as the method says.
-- version: 1
with
  dated as (
    select
      *,
      make_date(year(signed_date) + (fiscal_year_begins > 1 and month(signed_date) >= fiscal_year_begins)::int
        + (fiscal_year_begins = 1)::int, fiscal_year_begins, 1) - 1 as last_day
    from examined
  )
select
  purchase_id,
  last_day - signed_date < 7 as is_raised,
  format('signed on {}, {} before the end of the fiscal year', signed_date::varchar,
    case last_day - signed_date when 0 then 'no day' when 1 then '1 day'
      else (last_day - signed_date)::varchar || ' days' end) as value,
  signed_date::varchar as evidence,
  case when signed_date is null then 'the day of signing is not in our files' end as not_applicable
from dated
