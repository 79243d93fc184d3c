-- changed: what changed of counted purchases since the build before. Key: purchase_id, kind.
-- Reads the views was_* (the database published before) beside the tables of this build.

-- The same raw files: the record cannot have changed, so our rules or facts have.
create or replace temp table same_files as
select register
from (select register, list_sort(list(distinct raw_sha256)) as files from core.file group by all)
  as now
join (select register, list_sort(list(distinct raw_sha256)) as files from was_file group by all)
  as was using (register)
where now.files = was.files;

create or replace temp table touched as
select
  coalesce(now.purchase_id, was.purchase_id) as purchase_id,
  coalesce(now.register, was.register) as register,
  now.purchase_id is not null as is_here,
  was.purchase_id is not null as was_here,
  coalesce(now.is_counted, false) as is_counted,
  coalesce(was.is_counted, false) as was_counted
from mart.purchase as now
full join was_purchase as was using (purchase_id)
where coalesce(now.is_counted, false) or coalesce(was.is_counted, false);

-- What classification reads: when that is the same, a new judgement is ours.
create or replace temp macro said(purchases, transactions, names) as table
select
  purchase_id,
  row(
    purchase.description, award_number, psc_code, psc, naics_code, naics, contract_ref,
    names.vendor_name, uei, duns, cage, parent_name, parent_uei
  ) as words,
  (
    select list_sort(list(distinct moved.description))
    from query_table(transactions) as moved
    where moved.purchase_id = purchase.purchase_id
  ) as texts
from query_table(purchases) as purchase
left join query_table(names) as names using (vendor_key)
semi join touched using (purchase_id);

create or replace temp view now_core_purchase as from core.purchase;
create or replace temp view now_core_transaction as from core.transaction;
create or replace temp view now_core_vendor_name as from core.vendor_name;

create or replace temp table judged as
select
  touched.*,
  now.purchase_id is not null as is_in_ledger,
  was.purchase_id is not null as was_in_ledger,
  same_files.register is not null as has_same_files,
  case
    when same_files.register is not null then 'rules'
    when now.words is distinct from was.words or now.texts is distinct from was.texts
    then 'record'
    else 'rules'
  end as cause_of_judgement
from touched
left join said('now_core_purchase', 'now_core_transaction', 'now_core_vendor_name') as now
  using (purchase_id)
left join said('was_core_purchase', 'was_core_transaction', 'was_core_vendor_name') as was
  on was.purchase_id = touched.purchase_id
left join same_files on same_files.register = touched.register;

create or replace temp table both_counted as
select
  judged.purchase_id,
  judged.cause_of_judgement,
  case when has_same_files then 'rules' else 'record' end as cause,
  now.amount, was.amount as was_amount,
  now.end_date, was.end_date as was_end_date,
  now.ceiling_usd, was.ceiling_usd as was_ceiling_usd,
  now.technology, was.technology as was_technology,
  now.rule_title,
  coalesce(case when now.first_ceiling_usd > 0
    then floor(2 * now.ceiling_growth_usd / now.first_ceiling_usd) end, 0) as steps,
  coalesce(case when was.first_ceiling_usd > 0
    then floor(2 * was.ceiling_growth_usd / was.first_ceiling_usd) end, 0) as was_steps
from judged
join mart.purchase as now using (purchase_id)
join was_purchase as was on was.purchase_id = judged.purchase_id
where judged.is_counted and judged.was_counted;

-- Each movement of money of those purchases, then and now. What we corrected is no act of the
-- publisher's.
create or replace temp table movement as
with
  now as (from core.transaction semi join both_counted using (purchase_id)),
  was as (from was_core_transaction semi join both_counted using (purchase_id))
select
  coalesce(now.purchase_id, was.purchase_id) as purchase_id,
  transaction_id,
  coalesce(now.modification_number, was.modification_number) as modification_number,
  now.date as date,
  was.date as was_date,
  now.amount as amount,
  was.amount as was_amount,
  case
    when was.transaction_id is null then 'added'
    when now.transaction_id is null then 'withdrawn'
    when now.amount is distinct from was.amount or now.date is distinct from was.date
      or now.purchase_id <> was.purchase_id
    then 'altered'
  end as change
from now
full join was using (transaction_id)
anti join core.correction using (transaction_id)
anti join was_correction using (transaction_id);

create or replace temp table moved as
select
  purchase_id,
  count(*) filter (change = 'added') as added,
  max(date) filter (change = 'added') as last_added,
  min(date) filter (change = 'added') as first_added,
  count(*) filter (change in ('withdrawn', 'altered')) as corrected,
  coalesce(sum(was_amount) filter (change in ('withdrawn', 'altered')), 0) as corrected_from,
  coalesce(sum(amount) filter (change = 'altered'), 0) as corrected_to,
  list(
    case change
      when 'withdrawn' then format('the transaction of {} over {} was withdrawn',
        coalesce(was_date::varchar, 'no date'), was_amount::varchar)
      when 'altered' then format('the transaction of {} over {} is now of {} over {}',
        coalesce(was_date::varchar, 'no date'), was_amount::varchar,
        coalesce(date::varchar, 'no date'), amount::varchar)
    end
    order by coalesce(was_date, date), transaction_id
  ) filter (change in ('withdrawn', 'altered')) as corrections
from movement
where change is not null
group by purchase_id;

create or replace temp table changed as
select
  judged.purchase_id,
  case when was_in_ledger then 'newly counted' else 'new purchase' end as kind,
  case
    when was_in_ledger then cause_of_judgement
    when has_same_files then 'rules'
    when not exists (
      from was_coverage as covered
      where covered.agency_id = now.agency_id
        and covered.first_date <= coalesce(now.first_date, now.signed_date)
    ) then 'coverage'
    else 'record'
  end as cause,
  null::decimal(18, 2) as before_amount,
  now.amount as after_amount,
  case when was_in_ledger then coalesce(was.status || case
    when was.scope = 'related' then ', related' else '' end, 'not found by any rule') end as before,
  now.status as after,
  now.rule_title as because
from judged
join mart.purchase as now using (purchase_id)
left join was_purchase as was on was.purchase_id = judged.purchase_id
where judged.is_counted and not judged.was_counted

union all
select
  judged.purchase_id,
  case when is_in_ledger then 'no longer counted' else 'vanished' end as kind,
  case
    when is_in_ledger then cause_of_judgement
    when has_same_files then 'rules'
    else 'record'
  end as cause,
  was.amount as before_amount,
  now.amount as after_amount,
  was.status as before,
  case when is_in_ledger then coalesce(now.status || case
    when now.scope = 'related' then ', related' else '' end, 'not found by any rule') end as after,
  coalesce(now.decision, now.against) as because
from judged
join was_purchase as was using (purchase_id)
left join mart.purchase as now on now.purchase_id = judged.purchase_id
where not judged.is_counted and judged.was_counted
  -- A purchase is gone only where everything of its agency and time is there, and is new.
  and (is_in_ledger or exists (
    from mart.coverage as covered
    join core.source as source using (source_id)
    where covered.source_id = was.source_id and covered.is_complete
      and source.stale_because is null
      and covered.agency_id = was.agency_id
      and was.last_date between covered.first_date and covered.last_date
  ))

union all
select
  purchase_id, 'amount changed', cause, was_amount, amount, null, null,
  case
    when added = 1 then format('1 transaction was added, of {}', first_added::varchar)
    when added > 1 then format('{} transactions were added, of {} to {}', added,
      first_added::varchar, last_added::varchar)
  end
from both_counted
left join moved using (purchase_id)
where amount is distinct from was_amount

union all
select
  purchase_id, 'corrected by the publisher', cause, corrected_from, corrected_to, null, null,
  array_to_string(corrections[:5], '; ')
    || case when corrected > 5 then format(' and {} more', corrected - 5) else '' end
from both_counted
join moved using (purchase_id)
where corrected > 0 and cause = 'record'

union all
select
  purchase_id,
  'ended',
  case when end_date is not distinct from was_end_date then 'time' else cause end,
  null, null, was_end_date::varchar, end_date::varchar, null
from both_counted
where end_date < getvariable('now_as_of')
  and not coalesce(was_end_date < getvariable('was_as_of'), false)

union all
select
  purchase_id, 'extended', cause, null, null, was_end_date::varchar, end_date::varchar, null
from both_counted
where end_date > was_end_date

union all
select
  purchase_id, 'grown', cause, was_ceiling_usd, ceiling_usd, null, null,
  format('the ceiling is {}% above the ceiling at signing, or more', (steps * 50)::bigint)
from both_counted
where steps > was_steps and steps >= 1

union all
select
  purchase_id, 'technology changed', cause_of_judgement, null, null, was_technology, technology,
  rule_title
from both_counted
where technology is distinct from was_technology

union all
select
  purchase_id, 'corrected by us', 'rules', null, null,
  string_agg(was, '; ' order by correction_id),
  string_agg(becomes, '; ' order by correction_id),
  string_agg(reason, '; ' order by correction_id)
from core.correction
anti join (from was_correction where state = 'applied') as before using (correction_id)
semi join mart.purchase using (purchase_id)
where state = 'applied'
group by purchase_id;
