-- core.terms: how a purchase was bought and where the work is done, one row per purchase of which
-- the record says anything of it. Key: purchase_id. What a layout lacks is null, never a default.

create temp table said as
select
  coalesce(detail.purchase_id, summary.purchase_id) as purchase_id,
  coalesce(detail.register, summary.register) as register,
  coalesce(detail.funding_office_name, summary.funding_office_name) as funding_office_name,
  coalesce(detail.solicitation_procedures, summary.solicitation_procedures)
    as solicitation_procedures,
  coalesce(detail.no_competition_reason, summary.no_competition_reason) as no_competition_reason,
  -- The publisher's own files say NAN where the code beside it is empty.
  coalesce(
    nullif(detail.fair_opportunity_exception, 'NAN'), nullif(summary.fair_opportunity_exception, 'NAN')
  ) as fair_opportunity_exception,
  coalesce(detail.set_aside, summary.set_aside) as set_aside,
  -- The key of an order holds them where its columns do not: number, agency, and both of the
  -- contract it was ordered under. No number of an award holds an underscore.
  coalesce(
    detail.parent_award_number, summary.parent_award_number,
    case when is_order then string_split(detail.award_key, '_')[5] end
  ) as parent_award_number,
  coalesce(
    detail.parent_agency_code, summary.parent_agency_code,
    case when is_order then string_split(detail.award_key, '_')[6] end
  ) as parent_agency_code,
  coalesce(detail.parent_agency_name, summary.parent_agency_name) as parent_award_agency_name,
  coalesce(detail.parent_award_type, summary.parent_award_type) as parent_award_type,
  -- A place is told by one record, so that a city never stands in another record's state.
  case when detail.work_country is null then summary.work_country else detail.work_country end
    as work_country,
  case when detail.work_country is null then summary.work_state else detail.work_state end
    as work_state,
  case when detail.work_country is null then summary.work_county else detail.work_county end
    as work_county,
  case
    when detail.work_country is null or upper(detail.work_county) = upper(summary.work_county)
      then coalesce(detail.work_county_fips, summary.work_county_fips)
    else detail.work_county_fips
  end as work_county_fips,
  case when detail.work_country is null then summary.work_city else detail.work_city end
    as work_city
from (
  select
    *,
    regexp_full_match(upper(award_key), 'CONT_AWD_[^_]+_[^_]+_[^_]+_[^_]+')
      and not contains(award_key, '-NONE-') as is_order
  from detail
) as detail
left join summary using (purchase_id);

-- The longest beginning that fits a contract's number names its vehicle; a schedule says so itself.
create temp table vehicle_of as
with contract as (select distinct parent_award_number, parent_agency_code from said)
select parent_award_number, parent_agency_code, vehicle_name, vehicle_confidence
from contract
join core.vehicle
  on starts_with(upper(parent_award_number), number_starts_with)
  and (agency_codes = [] or list_contains(agency_codes, parent_agency_code))
qualify row_number() over (
  partition by parent_award_number, parent_agency_code
  order by length(number_starts_with) desc, vehicle_name
) = 1;

create temp table state_place as
select place_id as state_id, right(place_id, 2) as code, fips as state_fips
from core.place
where parent_place_id = 'us' and kind in ('state', 'territory');

create temp table placed as
select
  said.* replace (
    -- Answers of the API give a county's three digits alone; spreadsheets cut a leading zero.
    case
      when length(work_county_fips) <= 3 then state_fips || lpad(work_county_fips, 3, '0')
      else lpad(work_county_fips, 5, '0')
    end as work_county_fips
  ),
  state_id
from said
left join state_place on work_country = 'USA' and code = lower(work_state);

create temp table settlement as
select place_id, kind, parent_place_id, upper(place_name) as place_name, fips from core.place
union
select place_id, kind, parent_place_id, upper(place_name) as place_name, fips from core.gazetteer;

-- A name that two cities of a state share names neither.
create temp table city_of as
select parent_place_id as state_id, place_name as work_city, any_value(place_id) as city_id
from settlement
where kind = 'city'
group by all
having count(*) = 1;

create table core.terms as
select
  placed.* exclude (register, state_id, parent_agency_code),
  vehicle_name,
  vehicle_confidence,
  coalesce(
    city_id, county.place_id, placed.state_id, case when work_country = 'USA' then 'us' end
  ) as work_place_id
from placed
left join vehicle_of using (parent_award_number, parent_agency_code)
left join city_of
  on city_of.state_id = placed.state_id and city_of.work_city = upper(placed.work_city)
left join settlement as county on county.kind = 'county' and county.fips = work_county_fips;

drop table said;
drop table placed;
