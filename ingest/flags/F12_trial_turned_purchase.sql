-- Tried first, then bought
-- asks: Was the trial approved, and was anything else looked at before the purchase?
-- why: A free trial can settle a choice before anyone has voted on it or compared it.
-- method: A report says that the agency tried, used or could reach the same product or technology, and
--   that time ended before the first purchase of it that was found (mart.standing_list).
-- not applicable: No report of use by the agency speaks of this vendor or technology, or no complete
--   source covers the agency's spending at the time of that report.
-- innocent explanation: Trying before buying is good practice, and an earlier order may lie before the
--   time that these records cover.
-- checked: 22 November 2026: raised on none of 255 counted purchases; for 18 more no complete
--   source covers the time of the report.
-- version: 1
with
  tried as (
    select
      purchase_id,
      arg_min(question, (coalesce(earliest_date, date '1900-01-01'), question)) as question
    from mart.standing_list
    where list = 'trial before purchase' and is_searched
    group by purchase_id
  )
select
  examined.purchase_id,
  tried.purchase_id is not null as is_raised,
  tried.question as value,
  tried.question as evidence,
  case
    when tried.purchase_id is not null then null
    when not exists (
      from mart.use as report
      where report.agency_id = examined.agency_id
        and (report.technology = examined.technology
          or report.vendor_id in (examined.vendor_id, examined.maker_id))
    ) then 'no report of use by the agency speaks of it'
    when exists (
      from mart.standing_list as listed
      where listed.list = 'trial before purchase' and not listed.is_searched
        and listed.purchase_id = examined.purchase_id
    ) then 'no complete source covers the time of the report'
  end as not_applicable
from examined
left join tried using (purchase_id)
