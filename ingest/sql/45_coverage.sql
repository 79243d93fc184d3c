-- What was searched. mart.coverage: Key: source_id, agency_id, is_complete.
-- mart.denominator: Key: source_id, record_kind, agency_id, fiscal_year, basis, currency.
-- mart.source: Key: source_id. mart.file: Key: raw_sha256, raw_member.

-- How far each source reaches at each agency: a full file covers its fiscal year up to the day on
-- which it was made, whatever its rows; other files cover what their rows show.
create temp table reach as
with
  seen as (
    select
      source_id,
      agency_id,
      core.transaction.fiscal_year,
      kind in ('full', 'whole', 'part', 'update') as is_full,
      min(date) as first_seen,
      max(date) as last_seen,
      max(stamp) as stamp,
      count(*) as transactions
    from core.transaction
    join core.file using (file_key)
    join (select purchase_id, agency_id from core.purchase) as buyer using (purchase_id)
    group by source_id, agency_id, core.transaction.fiscal_year, is_full
  )
select
  source_id,
  agency_id,
  fiscal_year,
  is_full and is_complete as is_complete,
  transactions,
  case when is_full then fiscal_year_start(fiscal_year, fiscal_year_begins) else first_seen end
    as first_date,
  case
    when is_full
    then least(stamp, fiscal_year_start(fiscal_year + 1, fiscal_year_begins) - 1)
    else last_seen
  end as last_date
from seen
join core.source using (source_id);

create table mart.coverage as
select
  source_id,
  agency_id,
  any_value(agency_name) as agency_name,
  any_value(core.agency.place_id) as place_id,
  coalesce(any_value(covers_from), min(first_date)) as first_date,
  coalesce(any_value(covers_to), max(last_date)) as last_date,
  sum(transactions)::bigint as transactions,
  list_sort(list(distinct reach.fiscal_year)) as fiscal_years,
  reach.is_complete
from reach
join core.source using (source_id)
join core.agency using (agency_id)
group by source_id, agency_id, reach.is_complete
order by source_id, agency_id, reach.is_complete;

-- Files that are the whole of an agency and year, and the changes that carry them on.
create temp table whole_file as
select file_key
from core.file
join core.source using (source_id)
where is_complete and kind in ('full', 'delta', 'whole', 'part', 'update');

-- Movements of money that an answer or a download gave last and a whole file has as well.
create temp table known_to_whole as
select distinct transaction_id
from live_transaction
semi join whole_file using (file_key)
semi join (
  select transaction_id from core.transaction anti join whole_file using (file_key)
) as elsewhere using (transaction_id)
where correction is distinct from 'D';

-- All spending, surveillance or not, where a complete source covers the agency and the year: of
-- what that source has alone. A search that is newer knows a few purchases more, and only those
-- that it looked for: with them the whole would be neither.
create table mart.denominator as
select
  whole.source_id,
  core.purchase.record_kind,
  core.purchase.agency_id,
  any_value(core.purchase.agency_name) as agency_name,
  any_value(core.purchase.place_id) as place_id,
  moved.fiscal_year,
  core.source.basis,
  case
    when core.purchase.currency = 'USD' then sum(moved.amount)
    when count(moved.amount_usd) = count(*) then sum(moved.amount_usd)
  end::decimal(18, 2) as amount_usd,
  sum(moved.amount)::decimal(18, 2) as amount,
  core.purchase.currency,
  count(distinct purchase_id) as purchases,
  count(*) as transactions
from (
  select * from core.transaction semi join whole_file using (file_key)
  union all by name
  select * from core.transaction semi join known_to_whole using (transaction_id)
) as moved
join core.purchase using (purchase_id)
join (select distinct source_id, agency_id, fiscal_year from reach where is_complete) as whole
  on whole.agency_id = core.purchase.agency_id
  and whole.fiscal_year = moved.fiscal_year
-- Only what speaks of the same purchases: a city's contracts are no denominator of its payments.
join core.source on core.source.source_id = whole.source_id
  and core.source.register = core.purchase.register
group by
  whole.source_id, core.purchase.record_kind, core.purchase.agency_id, moved.fiscal_year,
  core.source.basis, core.purchase.currency
order by 1, 2, 3, 6, 7, 10;

-- Changes reach back to every year. Where no whole file of an agency and year is here, they are all
-- there is of it: each counts as what it is, and its purchase may lack others.
insert into meta.issue (source_id, column_name, value, kind, message)
with
  changed as (
    select source_id, department_code, fiscal_year, count(*) as transactions
    from live_transaction
    semi join (from core.file where kind = 'delta') as delta using (file_key)
    semi join core.transaction as counted
      on counted.file_key = live_transaction.file_key
      and counted.raw_row = live_transaction.raw_row
    group by all
  ),
  alone as (
    select *
    from changed
    where not exists (
      from core.file
      where kind = 'full'
        and coalesce(core.file.department_code = changed.department_code,
          core.file.department_code is null)
        and coalesce(scope_fiscal_year = changed.fiscal_year, scope_fiscal_year is null)
    )
  )
select
  source_id,
  'action_date',
  sum(transactions)::varchar,
  'changes without a whole file',
  format(
    'Files of changes hold {} transactions of fiscal years {} to {} for which no whole file is '
    'here. Each counts, but purchases of those years may lack other transactions, and no share '
    'of all spending is given for them. To have those years whole: '
    '`whobuys fetch {} --fiscal-year {}`, and so for each year.',
    sum(transactions), min(fiscal_year), max(fiscal_year), source_id, max(fiscal_year)
  )
from alone
group by source_id
order by source_id;

create table mart.file as
select
  source_id, raw_sha256, raw_file, raw_member, url, fetched_at, bytes, rows, rejected, layout, kind,
  stamp
from core.file
order by source_id, raw_file, raw_member;

create table mart.source as
select
  source.source_id,
  title,
  publisher,
  source.place_id,
  place_name,
  page as url,
  licence,
  cadence,
  source.record_kind,
  basis,
  source.fiscal_year_begins::int as fiscal_year_begins,
  covers,
  does_not_cover,
  is_complete,
  max(fetched_at)::date as last_fetched,
  max(fetched_at)::date as last_good,
  coalesce(sum(rows), 0)::bigint as rows,
  coalesce(sum(rejected), 0)::bigint as rejected,
  any_value(reached.first_date) as first_date,
  any_value(reached.last_date) as last_date,
  stale_because
from core.source as source
left join core.place using (place_id)
left join core.file using (source_id)
left join (
  select source_id, min(first_date) as first_date, max(last_date) as last_date
  from (
    select source_id, first_date, last_date from mart.coverage
    union all
    select source_id, coalesce(earliest_start_date, earliest_end_date), latest_source_date
    from core.use
    where source_id is not null
  )
  group by source_id
) as reached using (source_id)
group by all
order by source.source_id;
