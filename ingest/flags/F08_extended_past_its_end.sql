-- Extended past its end
-- asks: Why does this contract go on after its last possible end, or over a bridge?
-- why: A contract carried on past its end has escaped the competition that was due.
-- method: Money was added more than thirty days after the last possible end that the record gives, or
--   the words of the award or of an amendment call it a bridge (bridge contract, order, extension).
-- not applicable: No transaction of it is in our files.
-- innocent explanation: Final invoices are settled after the end; a protest or a late budget can make
--   a bridge the only way to keep a service running; the end in the record may be out of date.
-- version: 1
with
  moved as (
    select
      purchase_id,
      max(date) filter (amount > 0) as last_added,
      min(description) filter (
        regexp_matches(description, '(?i)\bbridge (contract|award|order|task|extension|modification)')
      ) as words
    from mart.transaction
    group by purchase_id
  )
select
  examined.purchase_id,
  coalesce(last_added > last_possible_end_date + 30, false)
    or coalesce(words, said) is not null as is_raised,
  case
    when coalesce(words, said) is not null then 'called a bridge in its own words'
    else format('money added on {}; the last possible end was {}', last_added::varchar,
      last_possible_end_date::varchar)
  end as value,
  coalesce(words, said, last_added::varchar) as evidence,
  case when moved.purchase_id is null then 'no transaction of it is in our files' end
    as not_applicable
from (
  select
    *,
    case
      when regexp_matches(description, '(?i)\bbridge (contract|award|order|task|extension|modification)')
      then description
    end as said
  from examined
) as examined
left join moved using (purchase_id)
