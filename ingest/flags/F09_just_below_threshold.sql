-- Just below a threshold
-- asks: Would a slightly larger purchase have needed more competition or another approval?
-- why: A purchase can be sized, or divided, so that it stays under the amount from which more is asked.
-- method: The ceiling at signing, else the amount, lies less than five hundredths below a threshold
--   that held on the day of signing (data/reference/approval_thresholds.csv).
-- not applicable: No threshold of the buyer's place is known for that day, or day or amount is missing.
-- innocent explanation: Prices have to lie somewhere, and agencies buy what their authority allows.
-- version: 1
with
  sized as (
    select *, coalesce(first_ceiling_usd, amount_usd) as size_usd from examined
  ),
  measured as (
    select
      sized.purchase_id,
      min(threshold.threshold_usd) filter (
        size_usd < threshold.threshold_usd and size_usd >= threshold.threshold_usd * 0.95
      ) as below_usd,
      arg_min(threshold.what, threshold.threshold_usd) filter (
        size_usd < threshold.threshold_usd and size_usd >= threshold.threshold_usd * 0.95
      ) as threshold_name,
      count(threshold.threshold_usd) as known
    from sized
    left join core.approval_threshold as threshold
      on threshold.place_id = sized.place_id
      and sized.signed_date between from_date and coalesce(to_date, date '9999-12-31')
    group by sized.purchase_id
  )
select
  purchase_id,
  below_usd is not null as is_raised,
  format('{}, just below {} ({})', in_dollars(size_usd), in_dollars(below_usd), threshold_name) as value,
  in_dollars(size_usd) as evidence,
  case
    when signed_date is null then 'the day of signing is not in our files'
    when size_usd is null then 'the amount is not in dollars'
    when known = 0 then 'no threshold of the place is known for that day'
  end as not_applicable
from sized
join measured using (purchase_id)
