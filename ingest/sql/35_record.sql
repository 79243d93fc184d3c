-- Tables of places join core.transaction, core.purchase, core.vendor_name and core.agency, with the
-- columns and keys that these have. record: one row per row that counts. Key: transaction_id.
-- A payment's purchase is what one agency paid one payee under one reference (the contract, else
-- the order), or without any reference in one fiscal year (is_grouped).

alter table core.transaction add column currency varchar;
alter table core.transaction add column amount_usd decimal(18, 2);
alter table core.purchase add column is_grouped boolean;
alter table core.purchase add column funding varchar;
alter table core.purchase add column funding_kind varchar;
alter table core.purchase add column document_url varchar;

create temp macro agency_words(name) as
  trim(regexp_replace(upper(replace(name, '&', ' and ')), '[^\w]+', ' ', 'g'));

-- What a newer file replaces: the newest whole file all that is older, a part the older files of
-- its name. An update replaces rows by their keys, further down.
create temp view live_record as
select staged_record.*, core.file.part, core.file.raw_sha256
from staged_record
join core.file using (file_key)
where not exists (
  from core.file as newer
  where newer.source_id = staged_record.source_id
    and newer.file_order > staged_record.file_order
    and (newer.kind = 'whole' or (newer.kind = 'part' and newer.part = core.file.part))
);

create temp table kept_record as
with
  -- The same row twice under a declared key: a portal's pages can overlap.
  once as (
    select *
    from live_record
    qualify is_keyed is null or row_number() over (
      partition by raw_sha256, row_key, row_hash order by file_key, raw_row
    ) = 1
  ),
  newest as (
    select *
    from once
    qualify file_order = max(file_order) over (partition by register, row_key)
  )
select
  file_key,
  raw_row,
  register || ':' || row_key
    || case when copy > 1 then '#' || copy else '' end as transaction_id,
  copy
from (
  select
    *, row_number() over (partition by register, row_key order by file_key, raw_row) as copy
  from newest
);

create temp table record as
select
  kept.transaction_id,
  kept.copy,
  live.file_key,
  live.raw_row,
  live.register,
  live.source_id,
  live.record_kind,
  live.purchase_key,
  live.contract_ref,
  live.is_private is not null as is_private,
  source.counts_as as amounts,
  source.place_id,
  source.buyer,
  coalesce(live.agency_name_source, live.agency_code, source.buyer, core.place.place_name,
    source.publisher) as agency_name,
  live.agency_name_source,
  live.agency_code,
  coalesce(live.parent_agency_name,
    case when coalesce(live.agency_name_source, live.agency_code) is not null
      then source.buyer end) as parent_agency_name,
  live.office_name,
  live.vendor_name_source,
  live.vendor_code,
  live.amount::decimal(18, 2) as said_amount,
  live.ceiling::decimal(18, 2) as ceiling,
  case when regexp_full_match(upper(live.currency), '[A-Z]{3}') then upper(live.currency)
    else source.currency end as currency,
  source.currency as source_currency,
  -- A payment has a day of its own or none; a contract's money is of the day it was signed.
  coalesce(
    live.date,
    case when live.record_kind <> 'payment' then coalesce(live.signed_date, live.start_date) end
  )::date as moved_on,
  live.signed_date::date as signed_date,
  live.start_date::date as start_date,
  live.end_date::date as end_date,
  live.last_possible_end_date::date as last_possible_end_date,
  coalesce(
    fiscal_year(moved_on, live.fiscal_year_begins), try_cast(live.fiscal_year as int)
  )::smallint as fiscal_year,
  live.modification_number,
  coalesce(regexp_full_match(live.modification_number, '0+'), false) as is_base,
  live.description,
  live.funding,
  live.competition,
  try_cast(live.offers_received as int) as offers_received,
  live.contract_vehicle,
  live.record_url,
  live.document_url,
  live.award_number,
  row_number() over (
    order by
      moved_on nulls first, try_cast(live.modification_number as int) nulls first, live.file_order,
      live.file_key, live.raw_row
  ) as recency
from kept_record as kept
join live_record as live using (file_key, raw_row)
join core.source as source on source.source_id = live.source_id
left join core.place on core.place.place_id = source.place_id;

-- A payment without a reference stands under its agency, payee and fiscal year.
create temp table record_purchase as
select
  transaction_id,
  register || ':' || case
    when record_kind = 'payment' then concat_ws(
      '/',
      coalesce(purchase_key, 'FY' || coalesce(fiscal_year::varchar, ' not known')),
      coalesce(agency_code, agency_words(agency_name)),
      coalesce(vendor_code, agency_words(vendor_name_source))
    )
    else purchase_key
  end
  -- Currencies are never added.
  || case when currency <> source_currency then '/' || currency else '' end as purchase_id
from record;

-- core.record: which rows of places count, for the checks. Key: transaction_id.
create table core.record as
select
  transaction_id, purchase_id, file_key, raw_row, source_id, agency_name_source, said_amount
from record
join record_purchase using (transaction_id);

-- Amounts to date become what each row changed, so that a purchase is the sum of its rows however
-- its publisher counts.
create temp table record_amount as
select
  transaction_id,
  purchase_id,
  case
    when amounts = 'total' then said_amount - coalesce(
      lag(said_amount) over (partition by purchase_id order by recency), 0
    )
    else said_amount
  end::decimal(18, 2) as amount
from record
join record_purchase using (transaction_id)
where said_amount is not null;

insert into core.transaction by name
select
  transaction_id, record_amount.purchase_id, file_key, raw_row, moved_on as date, fiscal_year,
  record_amount.amount,
  modification_number, is_base, description, record.currency,
  case
    when record.currency = 'USD' then record_amount.amount
    else (record_amount.amount * usd_per_unit)::decimal(18, 2)
  end as amount_usd
from record
join record_amount using (transaction_id)
left join core.exchange_rate as rate
  on rate.currency = record.currency and record.moved_on between rate.from_date and rate.to_date;

create temp table record_sum as
select
  purchase_id,
  any_value(register) as register,
  any_value(record_kind) as record_kind,
  any_value(place_id) as place_id,
  any_value(currency) as currency,
  bool_or(purchase_key is null) as is_grouped,
  arg_max(record.file_key, recency) as file_key,
  arg_max(record.raw_row, recency) as raw_row,
  arg_max(record.source_id, recency) as source_id,
  arg_max(purchase_key, recency) as purchase_key,
  arg_max(award_number, recency) as award_number,
  arg_max(contract_ref, recency) as contract_ref,
  arg_max(agency_name, recency) filter (agency_name is distinct from buyer) as agency_name,
  any_value(buyer) as buyer,
  arg_max(agency_code, recency) as agency_code,
  arg_max(parent_agency_name, recency) as parent_agency_name,
  arg_max(office_name, recency) as office_name,
  arg_max(vendor_name_source, recency) as vendor_name_source,
  arg_min(description, recency) as description,
  min(signed_date) as signed_date,
  min(moved_on) as first_date,
  max(moved_on) as last_date,
  min(start_date) as start_date,
  arg_max(end_date, recency) as end_date,
  arg_max(last_possible_end_date, recency) as last_possible_end_date,
  arg_max(ceiling, recency) as ceiling,
  arg_max(competition, recency) as competition,
  arg_max(offers_received, recency) as offers_received,
  arg_max(contract_vehicle, recency) as contract_vehicle,
  arg_max(record_url, recency) as record_url,
  arg_max(document_url, recency) as document_url,
  -- Every fund that paid, in the order of its share.
  array_to_string(list(distinct funding order by funding) filter (funding is not null), '; ')
    as funding
from record
join record_purchase using (transaction_id)
group by purchase_id;

create temp table record_money as
select
  purchase_id,
  sum(amount)::decimal(18, 2) as amount,
  case when count(amount_usd) = count(*) then sum(amount_usd) end::decimal(18, 2) as amount_usd,
  count(*)::int as transactions,
  (count(*) filter (modification_number is not null and not is_base))::int as modifications
from core.transaction
semi join record_sum using (purchase_id)
group by purchase_id;

insert into core.vendor_name by name
select
  (select coalesce(max(vendor_key), 0) from core.vendor_name)
    + row_number() over (order by vendor_name)::int as vendor_key,
  vendor_name
from (
  select distinct vendor_name_source as vendor_name
  from record_sum
  anti join (
    from core.vendor_name
    where uei is null and duns is null and cage is null and parent_name is null
      and parent_uei is null
  ) as known on known.vendor_name is not distinct from record_sum.vendor_name_source
);

-- Which agency a recorded name means was settled before (core.department_name). A row that names the
-- body above its department puts the department under it; else it is under the government.
create temp table named_agency as
select
  named.place_id,
  named.name,
  named.agency_id,
  coalesce(nullif(above.agency_id, named.agency_id), named.parent_agency_id) as parent_agency_id
from core.department_name as named
left join (
  select place_id, agency_name as name, min(parent_agency_name) as above_name
  from record_sum
  where parent_agency_name is distinct from buyer
  group by all
) as said using (place_id, name)
left join core.department_name as above
  on above.place_id = named.place_id and above.name = said.above_name;

insert into core.agency by name
select
  named.agency_id,
  min(codes.agency_code) as agency_code,
  any_value(named.agency_name) as agency_name,
  any_value(named.kind) as kind,
  named.place_id,
  min(named_agency.parent_agency_id) as parent_agency_id,
  [] as former_names
from core.department_name as named
join named_agency using (place_id, name)
left join (
  select place_id, agency_name as name, min(agency_code) as agency_code
  from record_sum
  group by all
) as codes using (place_id, name)
anti join core.agency on core.agency.agency_id = named.agency_id
group by named.agency_id, named.place_id;

-- A department that the reference data list is part of its government like the others.
update core.agency
set parent_agency_id = under.parent_agency_id
from (
  select agency_id, min(parent_agency_id) as parent_agency_id
  from named_agency
  group by agency_id
) as under
where under.agency_id = core.agency.agency_id and core.agency.parent_agency_id is null
  and under.parent_agency_id in (select agency_id from core.agency);

insert into core.purchase by name
select
  record_sum.purchase_id,
  record_sum.register,
  record_sum.file_key,
  record_sum.raw_row,
  record_sum.record_kind,
  substr(record_sum.purchase_id, length(record_sum.register) + 2) as source_key,
  record_url as source_url,
  document_url,
  coalesce(award_number, purchase_key) as award_number,
  coalesce(record_sum.agency_code, agency.agency_code) as agency_code,
  office_name,
  record_sum.description,
  record_sum.signed_date,
  record_sum.first_date,
  record_sum.last_date,
  record_sum.start_date,
  record_sum.end_date,
  record_sum.last_possible_end_date,
  record_sum.ceiling,
  coalesce(record_money.transactions, 0)::int as transactions,
  coalesce(record_money.modifications, 0)::int as modifications,
  contract_ref,
  contract_vehicle,
  competition,
  offers_received,
  vendor_key,
  record_sum.source_id,
  named_agency.agency_id,
  agency.agency_name,
  parent.agency_name as parent_agency_name,
  coalesce(agency.place_id, record_sum.place_id) as place_id,
  source.basis,
  'window' as amount_scope,
  record_money.amount,
  record_sum.currency,
  record_money.amount_usd,
  record_sum.is_grouped,
  record_sum.funding,
  (
    select kind
    from core.funding_word
    where regexp_matches(' ' || agency_words(record_sum.funding) || ' ', ' ' || words || ' ')
    order by position
    limit 1
  ) as funding_kind
from record_sum
left join record_money using (purchase_id)
join core.source as source on source.source_id = record_sum.source_id
join core.vendor_name on core.vendor_name.vendor_name is not distinct from vendor_name_source
  and uei is null and duns is null and cage is null and parent_name is null and parent_uei is null
left join named_agency on named_agency.place_id = record_sum.place_id
  and named_agency.name = coalesce(record_sum.agency_name, record_sum.buyer)
left join core.agency as agency on agency.agency_id = named_agency.agency_id
left join core.agency as parent on parent.agency_id = agency.parent_agency_id;
