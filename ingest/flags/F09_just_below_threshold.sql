-- Just below a threshold
-- asks: Would a slightly larger purchase have needed more competition or another approval?
-- why: A purchase can be sized, or divided, so that it stays under the amount from which more is asked.
-- method: The ceiling at signing, else the larger of the first amount and the amount now, lies less
--   than five hundredths below a threshold that held on the day of signing, in the same currency
--   (data/reference/approval_thresholds.csv).
-- not applicable: No threshold of the buyer's place, or of buyers named like it, is known for that
--   day and currency, or day or amount is missing.
-- innocent explanation: Prices have to lie somewhere, and agencies buy what their authority allows.
-- checked: 22 November 2026, by eye: raised on 20 of 783 counted purchases (3%); 20 of 20 are as
--   the method says.
-- version: 2
with
  sized as (
    select
      *,
      -- What was signed at the threshold and reduced later was not below it.
      coalesce(first_ceiling_usd, greatest(first_obligated_usd, amount)) as size
    from examined
  ),
  measured as (
    select
      sized.purchase_id,
      min(threshold.threshold) filter (is_below) as below,
      arg_min(threshold.what, (threshold.threshold, threshold.what)) filter (is_below) as threshold_name,
      count(threshold.threshold) as known
    from sized
    left join core.approval_threshold as threshold
      on threshold.place_id = sized.place_id
      and threshold.currency = sized.currency
      -- Where bodies of a place have thresholds of their own, the buyer's name tells which.
      and (threshold.buyers is null or regexp_matches(sized.agency_name, threshold.buyers))
      and sized.signed_date between from_date and coalesce(to_date, date '9999-12-31'),
    lateral (select size < threshold.threshold and size >= threshold.threshold * 0.95 as is_below)
    group by sized.purchase_id
  )
select
  purchase_id,
  below is not null as is_raised,
  format('{}, just below {} ({})', in_money(size, currency), in_money(below, currency),
    threshold_name) as value,
  in_money(size, currency) as evidence,
  case
    when signed_date is null then 'the day of signing is not in our files'
    when size is null then 'no amount is in the record'
    when known = 0 then 'no threshold of the place is known for that day and currency'
  end as not_applicable
from sized
join measured using (purchase_id)
