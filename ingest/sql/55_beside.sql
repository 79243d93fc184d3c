-- Money beside purchases, never in their totals (of its own kind and basis).
-- mart.grant: one row per grant under a declared listing. Key: grant_id.
-- mart.subaward: one row per reported sub-award. Key: subaward_id.

-- Of several rows under one key the newest file's counts; a deletion there takes it away.
create table core.grant_transaction as
select
  register || ':' || upper(transaction_key) as transaction_id,
  register || ':' || upper(award_key) as grant_id,
  * replace (
    amount::decimal(18, 2) as amount,
    lifetime_amount::decimal(18, 2) as lifetime_amount
  )
from staged_grant
qualify row_number() over (
  partition by register, upper(transaction_key)
  order by file_order desc, raw_row desc
) = 1;

create table mart.grant as
with
  counted as (
    select * from core.grant_transaction where correction is distinct from 'D'
  ),
  summed as (
    select
      grant_id,
      sum(amount)::decimal(18, 2) as amount,
      count(*)::int as transactions,
      min(date::date) as first_date,
      max(date::date) as last_date,
      arg_min(description, (date::date, transaction_id)) as first_description
    from counted
    group by grant_id
  ),
  newest as (
    select *
    from counted
    qualify row_number() over (
      partition by grant_id
      order by date::date desc, last_modified_date desc nulls last, transaction_id desc
    ) = 1
  )
select
  newest.grant_id,
  newest.source_id,
  upper(award_key) as source_key,
  record_url as source_url,
  newest.record_kind,
  award_number,
  newest.listing,
  coalesce(newest.listing_title, core.listing.listing_title) as listing_title,
  assistance_type,
  coalesce(agency.agency_id, newest.register || '_' || lower(newest.agency_code)) as agency_id,
  coalesce(agency.agency_name, newest.agency_name) as agency_name,
  newest.department_name as parent_agency_name,
  funding_agency_name,
  vendor_name as recipient_name,
  vendor_uei as recipient_uei,
  recipient_city,
  recipient_county,
  recipient_state,
  recipient_kind,
  core.place.place_id,
  coalesce(base_description, first_description) as description,
  first_date,
  fiscal_year(first_date, newest.fiscal_year_begins)::smallint as fiscal_year,
  last_date,
  start_date::date as start_date,
  end_date::date as end_date,
  core.source.basis,
  case when core.source.currency = 'USD' then summed.amount end as amount_usd,
  summed.amount,
  core.source.currency,
  case when core.source.currency = 'USD' then newest.lifetime_amount end as lifetime_usd,
  transactions,
  raw_sha256,
  raw_file,
  raw_member,
  raw_row
from newest
join summed using (grant_id)
join core.file using (file_key)
join core.source on core.source.source_id = newest.source_id
join core.listing
  on core.listing.source_id = newest.source_id and core.listing.listing = newest.listing
left join core.agency as agency
  on agency.agency_id = newest.register || '_' || lower(newest.agency_code)
-- Where the recipient sits, for states, counties and cities are found by their state.
left join core.place on core.place.place_id = 'us_' || lower(recipient_state)
order by newest.grant_id;

-- Sub-awards as files and answers of the API give them. A file gives each under the number of the
-- report that it stands in; an answer has no such number, and holds all of its prime award. What
-- both have makes the id: award, number and day, and a place among those that share them.
create temp table given_subaward as
with
  given as (
    select
      register || ':' || upper(award_key) as purchase_id,
      kind = 'api' as is_answer,
      staged_subaward.*
    from staged_subaward
    join (select file_key, kind from core.file) as file using (file_key)
    qualify is_answer or row_number() over (
      partition by register, upper(award_key), subaward_number, report_id, is_answer
      order by staged_subaward.file_order desc, raw_row desc
    ) = 1
  )
select
  concat_ws(
    ':', purchase_id, subaward_number, (date::date)::varchar,
    nullif(
      row_number() over (
        partition by purchase_id, subaward_number, date::date, if(is_answer, file_key, null)
        order by amount::decimal(18, 2), report_id, raw_row
      ),
      1
    )
  ) as subaward_id,
  *
from given;

create table mart.subaward as
with
  answered as (
    select purchase_id, max(file_order) as file_order
    from given_subaward
    where is_answer
    group by purchase_id
  ),
  living as (
    select given.*
    from given_subaward as given
    left join answered using (purchase_id)
    where answered.file_order is null
      or given.file_order > answered.file_order
      or (is_answer and given.file_order = answered.file_order)
  ),
  -- What only the files say of a sub-award stays when an answer is newer.
  detailed as (
    select
      subaward_id,
      report_id as known_report_id,
      subvendor_uei as known_uei,
      subvendor_parent_name as known_parent_name
    from given_subaward
    where not is_answer
    qualify row_number() over (
      partition by subaward_id
      order by file_order desc, raw_row desc
    ) = 1
  ),
  newest as (
    select
      * replace (
        coalesce(report_id, known_report_id) as report_id,
        coalesce(subvendor_uei, known_uei) as subvendor_uei,
        coalesce(subvendor_parent_name, known_parent_name) as subvendor_parent_name
      )
    from living
    left join detailed using (subaward_id)
    qualify row_number() over (
      partition by subaward_id
      order by file_order desc, raw_row desc
    ) = 1
  )
select
  newest.subaward_id,
  newest.purchase_id,
  -- Whether the prime award is among the purchases published here.
  published.purchase_id is not null as has_purchase,
  newest.source_id,
  newest.record_url as source_url,
  newest.record_kind,
  subaward_number,
  report_id,
  newest.date::date as date,
  fiscal_year(newest.date::date, newest.fiscal_year_begins)::smallint as fiscal_year,
  core.source.basis,
  case when core.source.currency = 'USD' then newest.amount::decimal(18, 2) end as amount_usd,
  newest.amount::decimal(18, 2) as amount,
  core.source.currency,
  subvendor_name as vendor_name_source,
  subvendor_uei as vendor_uei,
  subvendor_parent_name as vendor_parent_name,
  newest.description,
  newest.award_number as prime_award_number,
  newest.vendor_name as prime_vendor_name_source,
  newest.vendor_uei as prime_vendor_uei,
  newest.base_description as prime_description,
  case when core.source.currency = 'USD' then newest.lifetime_amount::decimal(18, 2) end
    as prime_amount_usd,
  coalesce(agency.agency_id, newest.register || '_' || lower(newest.agency_code)) as agency_id,
  coalesce(agency.agency_name, newest.agency_name) as agency_name,
  newest.department_name as parent_agency_name,
  core.file.raw_sha256,
  core.file.raw_file,
  core.file.raw_member,
  newest.raw_row
from newest
join core.file using (file_key)
join core.source on core.source.source_id = newest.source_id
left join (select purchase_id from mart.purchase) as published
  on published.purchase_id = newest.purchase_id
left join core.agency as agency
  on agency.agency_id = newest.register || '_' || lower(newest.agency_code)
order by newest.subaward_id;

insert into meta.issue (source_id, column_name, value, kind, message)
select
  source_id,
  'subaward_number',
  count(*)::varchar,
  'sub-awards replaced',
  format('{} rows of sub-awards stand more than once under the same prime award, number and '
    'report. The newest file counts.', count(*))
from (
  select source_id
  from staged_subaward
  join (select file_key, kind from core.file) as file using (file_key)
  where kind <> 'api'
  qualify row_number() over (
    partition by register, upper(award_key), subaward_number, report_id
    order by file_order desc, raw_row desc
  ) > 1
)
group by source_id
order by source_id;
