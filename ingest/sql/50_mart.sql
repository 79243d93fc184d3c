-- mart.*: exactly what pages, exports and feeds read. Keys: mart.purchase purchase_id,
-- mart.transaction transaction_id, mart.evidence (purchase_id, position), mart.agency agency_id,
-- mart.office office_id, mart.vendor vendor_id, mart.place place_id, mart.technology technology.

-- Every place of the gazetteer is there: one that nobody has searched has a page too.
create table mart.place as
select * from core.place
union all by name
select * from core.gazetteer anti join core.place using (place_id)
order by place_id;

create table mart.technology as
select
  technology.*,
  coalesce(
    (
      select list({'type': type, 'name': type_name, 'definition': known.definition}
        order by type_name)
      from core.type as known
      where known.technology = technology.technology
    ),
    []
  ) as types
from core.technology as technology
order by position;

-- The period that an agency's amounts speak of: what complete or declared sources cover, and only
-- where there is no such source what the rows themselves show.
create temp table window_of_agency as
select
  register,
  agency_id,
  coalesce(min(first_date) filter (is_whole), min(first_date)) as window_start,
  coalesce(max(last_date) filter (is_whole), max(last_date)) as window_end
from (
  select *, mart.coverage.is_complete or covers_from is not null as is_whole
  from mart.coverage
  join core.source using (source_id)
)
group by register, agency_id;

create temp table reason_title as
select purchase_id, rule, min(title) as title
from evidence.reason
group by purchase_id, rule;

create table mart.purchase as
select
  purchase.purchase_id,
  purchase.register,
  purchase.record_kind,
  purchase.source_id,
  purchase.source_key,
  purchase.source_url,
  purchase.document_url,
  purchase.award_number,
  purchase.place_id,
  core.place.place_name,
  purchase.agency_id,
  purchase.agency_code,
  purchase.agency_name,
  purchase.parent_agency_name,
  vendor.vendor_id,
  vendor.vendor_name,
  core.vendor_name.vendor_name as vendor_name_source,
  core.vendor_name.uei as vendor_uei,
  core.vendor_name.parent_name as vendor_parent_name_source,
  core.vendor_name.parent_uei as vendor_parent_uei,
  -- Where no reason names another maker, the vendor sells its own product. Staff have no maker.
  case
    when coalesce(maker.role, '') = 'staffing' then null
    when status.maker_id is not null then status.maker_id
    when known.role in ('maker', 'both') then vendor.vendor_id
  end as maker_id,
  case
    when coalesce(maker.role, '') = 'staffing' then null
    when status.maker_id is not null
    then coalesce(maker.vendor_name, maker_said, status.maker_id)
    when known.role in ('maker', 'both') then vendor.vendor_name
  end as maker_name,
  purchase.description,
  status.what,
  status.technology,
  status.type,
  status.technologies,
  status.form,
  status.status,
  status.scope,
  (status.status in ('confirmed', 'matched') and status.scope = 'strict' and purchase.record_kind <> 'idv')
    as is_counted,
  status.strength,
  status.rule,
  coalesce(
    case when status.evidence_field = 'decision' then status.decision_reason end,
    reason_title.title
  ) as rule_title,
  status.evidence_field,
  status.evidence,
  status.against,
  status.decision_reason as decision,
  purchase.signed_date,
  purchase.first_date,
  purchase.last_date,
  purchase.start_date,
  purchase.end_date,
  purchase.last_possible_end_date,
  purchase.ordering_end_date,
  purchase.basis,
  purchase.amount_scope,
  -- A search brings whole awards, with money from before and after the files of their agency.
  case when purchase.amount_scope = 'window' then least(window_start, purchase.first_date) end
    as window_start,
  case when purchase.amount_scope = 'window' then greatest(window_end, purchase.last_date) end
    as window_end,
  purchase.amount_usd,
  purchase.amount,
  purchase.currency,
  case when purchase.currency = 'USD' then lifetime_amount end as lifetime_usd,
  case when purchase.currency = 'USD' then ceiling end as ceiling_usd,
  case when purchase.currency = 'USD' then first_obligated end as first_obligated_usd,
  case when purchase.currency = 'USD' then first_ceiling end as first_ceiling_usd,
  case when purchase.currency = 'USD' then (ceiling - first_ceiling)::decimal(18, 2) end
    as ceiling_growth_usd,
  purchase.transactions,
  purchase.modifications,
  purchase.contract_ref,
  coalesce(purchase.is_grouped, false) as is_grouped,
  purchase.office_name,
  purchase.funding_agency_name,
  terms.funding_office_name,
  purchase.competition,
  purchase.offers_received,
  terms.solicitation_procedures,
  terms.no_competition_reason,
  terms.fair_opportunity_exception,
  terms.set_aside,
  purchase.funding,
  purchase.funding_kind,
  purchase.contract_vehicle,
  terms.vehicle_name,
  terms.vehicle_confidence,
  terms.parent_award_number,
  terms.parent_award_agency_name,
  terms.parent_award_type,
  terms.work_country,
  terms.work_state,
  terms.work_county,
  terms.work_county_fips,
  terms.work_city,
  terms.work_place_id,
  work_place.place_name as work_place_name,
  purchase.psc_code,
  coalesce(purchase.psc, core.code_name.name) as psc,
  purchase.naics_code,
  coalesce(purchase.naics, naics_name.name) as naics,
  raw_sha256,
  raw_file,
  raw_member,
  purchase.raw_row
from core.status as status
join core.purchase as purchase using (purchase_id)
join core.file using (file_key)
join core.vendor as vendor using (vendor_key)
join core.vendor_name using (vendor_key)
left join core.terms as terms using (purchase_id)
left join core.place on core.place.place_id = purchase.place_id
left join core.place as work_place on work_place.place_id = terms.work_place_id
left join core.known_vendor as known on known.vendor_id = vendor.vendor_id
left join core.known_vendor as maker on maker.vendor_id = status.maker_id
left join window_of_agency
  on window_of_agency.register = purchase.register
  and window_of_agency.agency_id = purchase.agency_id
left join reason_title
  on reason_title.purchase_id = purchase.purchase_id and reason_title.rule = status.rule
left join core.code_name on core.code_name.scheme = 'psc' and core.code_name.code = purchase.psc_code
left join core.code_name as naics_name
  on naics_name.scheme = 'naics' and naics_name.code = purchase.naics_code
order by purchase.purchase_id;

create table mart.transaction as
select
  purchase_id,
  transaction_id,
  core.file.source_id,
  date,
  fiscal_year,
  year(date)::smallint as calendar_year,
  case
    when coalesce(core.transaction.currency, core.source.currency) = 'USD'
    then core.transaction.amount
    else core.transaction.amount_usd
  end as amount_usd,
  core.transaction.amount,
  coalesce(core.transaction.currency, core.source.currency) as currency,
  core.source.basis,
  core.transaction.description,
  modification_number,
  core.file.raw_sha256,
  core.file.raw_file,
  core.file.raw_member,
  core.transaction.raw_row
from core.transaction
semi join mart.purchase using (purchase_id)
join core.file using (file_key)
join core.source on core.source.source_id = core.file.source_id
order by purchase_id, date, transaction_id;

create table mart.evidence as
with
  rows as (
    select
      purchase_id, 1::tinyint as strength, origin as rule, reason as title,
      'decision' as field, null::varchar as quoted, technology, null::varchar as type, scope,
      maker_id, case when decision = 'reject' then 'against' else 'for' end as speaks
    from core.decision
    semi join mart.purchase using (purchase_id)
    union all by name
    select * from evidence.reason semi join mart.purchase using (purchase_id)
  )
select
  purchase_id,
  row_number() over (
    partition by purchase_id
    order by speaks desc, strength, rule, field, quoted, technology, type, scope, maker_id, title
  )::int as position,
  evidence.* exclude (purchase_id)
from rows as evidence
order by purchase_id, position;

create table mart.agency as
with
  seen as (
    select agency_id from mart.purchase
    union
    select agency_id from mart.coverage
    union
    -- Those that people ask for by a name of their own, searched or not.
    select agency_id from core.agency_name
    union
    -- Those that only reported use, a law or an event speaks of.
    select agency_id from core.use
    union
    select agency_id from core.law
    union
    select agency_id from core.event
  )
select
  agency.agency_id,
  agency.agency_code,
  agency.agency_name,
  agency.abbreviation,
  agency.place_id,
  place_name,
  agency.parent_agency_id,
  parent.agency_name as parent_agency_name,
  agency.former_names,
  coalesce(other_names, []) as other_names,
  coalesce(names_in_records, []) as names_in_records,
  coalesce(identifiers, []) as identifiers,
  agency.kind,
  case
    when agency.place_id = 'us' then 'federal'
    when core.place.kind in ('country', 'union') then 'national'
    when core.place.kind in ('province', 'territory') then 'state'
    else core.place.kind
  end as level
from core.agency as agency
left join (
  select agency_id, list(other_name order by other_name) as other_names
  from core.agency_name
  group by agency_id
) using (agency_id)
left join (
  select agency_id, list(distinct name order by name) as names_in_records
  from (
    select agency_id, name from core.agency_recorded
    union
    select agency_id, name from core.department_name where name is not null
  )
  group by agency_id
) using (agency_id)
left join (
  select agency_id, list('ORI ' || identifier order by identifier) as identifiers
  from core.agency_identifier
  group by agency_id
) using (agency_id)
semi join (
  select agency_id from seen
  union
  select parent_agency_id from core.agency semi join seen using (agency_id)
) using (agency_id)
left join core.place using (place_id)
left join core.agency as parent on parent.agency_id = agency.parent_agency_id
order by agency.agency_id;

create table mart.office as
with
  bought as (
    select agency_id, agency_name, office_name, is_counted, true as buys from mart.purchase
    union all
    select agency_id, agency_name, funding_office_name, is_counted, false from mart.purchase
  )
select
  agency_id || ':' || upper(office_name) as office_id,
  any_value(upper(office_name)) as office_name,
  agency_id,
  any_value(agency_name) as agency_name,
  (count(*) filter (buys))::int as purchases_bought,
  (count(*) filter (not buys))::int as purchases_paid,
  (count(*) filter (buys and is_counted))::int as counted_bought
from bought
where office_name is not null and agency_id is not null
group by agency_id, upper(office_name)
order by office_id;

create table mart.vendor as
with
  named as (
    select vendor_id, vendor_name, vendor_name_source from mart.purchase
    union
    select maker_id, maker_name, null from mart.purchase where maker_id is not null
    union
    -- Those that only reported use, a law or an event speaks of.
    select vendor_id, vendor_name, null
    from core.known_vendor
    semi join (
      select vendor_id from core.use
      union
      select vendor_id from core.event
      union
      select unnest(vendor_ids) from core.law
    ) using (vendor_id)
  ),
  identified as (
    select
      vendor_id,
      list_distinct(flatten([
        list('UEI ' || uei) filter (uei is not null),
        list('DUNS ' || duns) filter (duns is not null),
        list('CAGE ' || cage) filter (cage is not null)
      ])) as identifiers,
      list(distinct concat_ws(', UEI ', core.vendor_name.parent_name, parent_uei))
        filter (core.vendor_name.parent_name is not null) as parents_in_records
    from core.vendor
    join core.vendor_name using (vendor_key)
    semi join named using (vendor_id)
    group by vendor_id
  )
select
  named.vendor_id,
  coalesce(any_value(known.vendor_name), min(named.vendor_name)) as vendor_name,
  coalesce(any_value(known.role), 'unknown') as role,
  any_value(known.vendor_id) is not null as is_known,
  coalesce(any_value(known.technologies), []) as technologies,
  any_value(known.parent_name) as parent_name,
  coalesce(any_value(known.former_names), []) as former_names,
  list_sort(list(distinct vendor_name_source)
    filter (vendor_name_source is not null)) as names_in_records,
  list_sort(any_value(identifiers)) as identifiers,
  coalesce(list_sort(any_value(parents_in_records)), []) as parents_in_records,
  any_value(known.name_traps) as name_traps,
  any_value(known.source) as source,
  any_value(known.confidence) as confidence
from named
left join core.known_vendor as known using (vendor_id)
left join identified using (vendor_id)
group by named.vendor_id
order by named.vendor_id;
