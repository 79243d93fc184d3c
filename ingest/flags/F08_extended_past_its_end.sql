-- Extended past its end
-- asks: Why does this contract go on after its last possible end, or over a bridge?
-- why: A contract carried on past its end has escaped the competition that was due.
-- method: Money was added more than thirty days after the last possible end that the record gives, or
--   the words of the award or of an amendment call it a bridge (bridge contract, order, agreement,
--   extension; services bridge, one month bridge). Without such an end, the words alone are judged.
-- not applicable: No transaction of it is in our files.
-- innocent explanation: Final invoices are settled after the end; a protest or a late budget can make
--   a bridge the only way to keep a service running; the end in the record may be out of date.
-- checked: 22 November 2026, by eye: raised on 9 of 1,119 counted purchases, and on 29 of 33,762
--   over everything bought; 29 of 29 are as the method says.
-- version: 2
with
  said as (
    select purchase_id, date, amount, description from mart.transaction
    union all
    select purchase_id, null, null, description from examined
  ),
  moved as (
    select
      purchase_id,
      max(date) filter (amount > 0) as last_added,
      -- Most bridges in these records cross a river.
      min(description) filter (
        regexp_matches(description, '(?i)\bbridge (contract|award|order|task|extension|modification|bpa|blanket purchase)')
        or regexp_matches(description, '(?i)\b(services?|months?) bridge\b|\(bridge\)')
      ) as words,
      count(date) > 0 as has_transaction
    from said
    group by purchase_id
  )
select
  examined.purchase_id,
  words is not null or coalesce(last_added > last_possible_end_date + 30, false) as is_raised,
  case
    when words is not null then 'called a bridge in its own words'
    else format('money added on {}; the last possible end was {}', last_added::varchar,
      last_possible_end_date::varchar)
  end as value,
  coalesce(words, last_added::varchar) as evidence,
  case when not has_transaction then 'no transaction of it is in our files' end as not_applicable
from examined
join moved using (purchase_id)
