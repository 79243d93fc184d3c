-- core.purchase: one row per purchase. Key: purchase_id = register || ':' || official key.
-- core.agency (Key: agency_id) gains the agencies that only the records know.
-- amount is the sum of its transactions where it has any, and the publisher's lifetime total where
-- only an award summary is known (amount_scope says which). core.vendor_name: Key: vendor_key.

-- Newest last: by date, then by the day of the last change, then by modification number, then by
-- place in the files, so that the same inputs always name the same row.
create temp table summed as
with
  ordered as (
    select
      *,
      (((date - date '1900-01-01')::hugeint * 262144
        + (coalesce(last_modified_date, date '1900-01-01') - date '1900-01-01')) * 1048576
        + coalesce(try_cast(right(regexp_extract(modification_number, '[0-9]+$'), 6) as int), 0)
      ) * 140737488355328
        + file_key::hugeint * 4294967296 + raw_row as recency
    from core.transaction
  )
select
  purchase_id,
  sum(amount)::decimal(18, 2) as amount,
  count(*)::int as transactions,
  (count(*) filter (not is_base))::int as modifications,
  min(date) as first_date,
  max(date) as last_date,
  (max(recency) % 140737488355328)::bigint as latest_place,
  (coalesce(min(recency) filter (is_base), min(recency)) % 140737488355328)::bigint as first_place,
  bool_or(is_base) as has_base
from ordered
group by purchase_id;

create temp table first_row as
select
  summed.purchase_id,
  description,
  case when has_base then date end as signed_date,
  case when has_base then core.transaction.amount end as first_obligated,
  case when has_base then ceiling_change end as first_ceiling
from summed
join core.transaction
  on first_place = core.transaction.file_key::bigint * 4294967296 + core.transaction.raw_row;

-- Every total is of one layout: the newest summary of an award.
create temp table summary as
select
  register || ':' || upper(award_key) as purchase_id,
  *
from staged_summary
qualify row_number() over (
  partition by register, upper(award_key)
  order by file_order desc, raw_row desc
) = 1;

create temp table detail as
select
  purchase_id,
  staged_transaction.* exclude (
    correction, transaction_key, modification_number, amount, ceiling_change, date, description
  ),
  null::varchar as signed_date
from staged_transaction
join summed
  on latest_place = staged_transaction.file_key::bigint * 4294967296 + staged_transaction.raw_row
union all by name
select summary.* exclude (latest_date) from summary anti join summed using (purchase_id);

create temp table described as
select
  detail.purchase_id,
  detail.register,
  detail.file_key,
  detail.raw_row,
  case
    when detail.award_key ilike 'CONT_IDV_%' or detail.record_flag = 'IDV' then 'idv'
    else detail.record_kind
  end as record_kind,
  upper(detail.award_key) as source_key,
  coalesce(detail.record_url, summary.record_url) as source_url,
  detail.award_number,
  coalesce(detail.agency_code, detail.department_code) as agency_code,
  detail.agency_name as agency_name_source,
  detail.department_code,
  detail.department_name,
  coalesce(detail.office_name, summary.office_name) as office_name,
  coalesce(detail.funding_agency_name, summary.funding_agency_name) as funding_agency_name,
  detail.vendor_name as vendor_name_source,
  coalesce(detail.vendor_uei, summary.vendor_uei) as vendor_uei,
  coalesce(detail.vendor_duns, summary.vendor_duns) as vendor_duns,
  coalesce(detail.vendor_cage, summary.vendor_cage) as vendor_cage,
  coalesce(detail.vendor_parent_name, summary.vendor_parent_name) as vendor_parent_name,
  coalesce(detail.vendor_parent_uei, summary.vendor_parent_uei) as vendor_parent_uei,
  coalesce(detail.base_description, summary.base_description, first_row.description)
    as description,
  coalesce(first_row.signed_date, summary.signed_date::date) as signed_date,
  coalesce(summed.first_date, summary.signed_date::date) as first_date,
  coalesce(summed.last_date, summary.latest_date::date) as last_date,
  coalesce(detail.start_date, summary.start_date)::date as start_date,
  coalesce(detail.end_date, summary.end_date)::date as end_date,
  coalesce(detail.last_possible_end_date, summary.last_possible_end_date)::date
    as last_possible_end_date,
  coalesce(detail.ordering_end_date, summary.ordering_end_date)::date as ordering_end_date,
  summed.amount as transactions_amount,
  coalesce(summary.lifetime_amount, detail.lifetime_amount)::decimal(18, 2) as lifetime_amount,
  coalesce(detail.ceiling, summary.ceiling)::decimal(18, 2) as ceiling,
  first_row.first_obligated,
  first_row.first_ceiling,
  coalesce(summed.transactions, 0)::int as transactions,
  coalesce(summed.modifications, 0)::int as modifications,
  case
    when detail.parent_award_number is not null and detail.parent_agency_code is not null then
      detail.register || ':' || upper(
        concat_ws('_', 'CONT_IDV', detail.parent_award_number, detail.parent_agency_code)
      )
  end as contract_ref,
  case
    when detail.parent_award_number is not null then concat_ws(
      ', ', detail.parent_award_number, detail.parent_agency_name, detail.parent_award_type
    )
  end as contract_vehicle,
  -- Of a contract, whether it has one holder itself; of an order, whether its contract has.
  coalesce(detail.single_or_multiple_code, detail.parent_single_or_multiple_code) = 'S'
    as is_single_award_parent,
  coalesce(detail.competition, summary.competition) as competition,
  try_cast(coalesce(detail.offers_received, summary.offers_received) as int) as offers_received,
  coalesce(detail.psc_code, summary.psc_code) as psc_code,
  coalesce(detail.psc, summary.psc) as psc,
  coalesce(detail.naics_code, summary.naics_code) as naics_code,
  coalesce(detail.naics, summary.naics) as naics
from detail
left join summed using (purchase_id)
left join first_row using (purchase_id)
left join summary using (purchase_id);

create table core.vendor_name as
select
  row_number() over (order by vendor_name, uei, duns, cage, parent_name, parent_uei)::int as vendor_key,
  *
from (
  select distinct
    vendor_name_source as vendor_name,
    vendor_uei as uei,
    vendor_duns as duns,
    vendor_cage as cage,
    vendor_parent_name as parent_name,
    vendor_parent_uei as parent_uei
  from described
);

-- An agency that the reference data lack is named as its newest record names it.
create temp table unlisted_agency as
select
  described.register || '_' || lower(described.agency_code) as agency_id,
  described.agency_code,
  max_by(
    coalesce(agency_name_source, department_name), (last_date, purchase_id)
  ) as agency_name,
  any_value(core.source.place_id) as place_id,
  nullif(
    described.register || '_' || lower(max_by(described.department_code, (last_date, purchase_id))),
    agency_id
  ) as parent_agency_id
from described
join core.file using (file_key)
join core.source using (source_id)
anti join core.agency
  on core.agency.agency_id = described.register || '_' || lower(described.agency_code)
where described.agency_code is not null
group by described.register, described.agency_code;

insert into core.agency by name select *, [] as former_names from unlisted_agency;

insert into meta.issue (column_name, value, kind, message)
select
  'agency_code',
  agency_code,
  'agency not in the reference data',
  format('The agency {} ({}) is not in data/reference/agencies.csv. It stands under the name that '
    'the newest record gives it.', agency_name, agency_code)
from unlisted_agency
order by agency_code;

create table core.purchase as
select
  described.* exclude (
    vendor_name_source, vendor_uei, vendor_duns, vendor_cage, vendor_parent_name,
    vendor_parent_uei, transactions_amount, agency_name_source, department_name
  ),
  vendor_key,
  core.source.source_id,
  agency.agency_id,
  agency.agency_name,
  parent.agency_name as parent_agency_name,
  coalesce(agency.place_id, core.source.place_id) as place_id,
  -- An indefinite contract carries no money of its own, only how much its orders may come to.
  case when described.record_kind = 'idv' then 'ceiling' else core.source.basis end as basis,
  case when transactions > 0 then 'window' else 'lifetime' end as amount_scope,
  case
    when described.record_kind = 'idv' then ceiling
    when transactions > 0 then transactions_amount
    else lifetime_amount
  end as amount,
  core.source.currency,
  -- Only dollars are dollars: other currencies wait for a dated rate.
  case when core.source.currency = 'USD' then amount end as amount_usd
from described
join core.file using (file_key)
join core.source using (source_id)
join core.vendor_name on
  vendor_name_source is not distinct from vendor_name
  and vendor_uei is not distinct from uei
  and vendor_duns is not distinct from duns
  and vendor_cage is not distinct from cage
  and vendor_parent_name is not distinct from parent_name
  and vendor_parent_uei is not distinct from parent_uei
left join core.agency as agency
  on agency.agency_id = described.register || '_' || lower(described.agency_code)
left join core.agency as parent on parent.agency_id = agency.parent_agency_id;

insert into meta.issue (source_id, raw_sha256, raw_file, raw_member, raw_row, column_name, value,
  kind, message)
select
  core.purchase.source_id,
  raw_sha256,
  raw_file,
  raw_member,
  raw_row,
  'amount',
  coalesce(total, lifetime_amount)::varchar,
  'money on an indefinite contract',
  format('The indefinite contract {} carries {} dollars of its own, which is left out of totals: '
    'its orders hold the money.', award_number, coalesce(total, lifetime_amount)::varchar)
from core.purchase
join core.file using (file_key)
left join (select purchase_id, sum(amount) as total from core.transaction group by all)
  using (purchase_id)
where core.purchase.record_kind = 'idv' and coalesce(total, lifetime_amount) <> 0
order by raw_sha256, raw_row;

create view core.text as
select purchase_id, description from core.transaction where description is not null
union all
select purchase_id, description from core.purchase where description is not null;
