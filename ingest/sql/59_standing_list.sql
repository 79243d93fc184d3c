-- mart.standing_list: questions that use, law and money raise when set side by side, one row each.
-- Key: list, entry_id. Each says what was searched and until when, and has an innocent explanation;
-- none is a verdict.

-- An agency and those that belong to it: what a bureau bought, its department did not deny.
create temp table kin as
with recursive
  below as (
    select agency_id, agency_id as member_id, 0 as steps from core.agency
    union all
    select below.agency_id, core.agency.agency_id, steps + 1
    from below
    join core.agency on core.agency.parent_agency_id = member_id
    where steps < 6
  )
select distinct agency_id, member_id from below;

create temp macro shown_between(first, last) as case
  when first is null and last is null then null
  when first is null then 'until ' || mart.shown(last)
  when last is null then 'since ' || mart.shown(first)
  else mart.shown(first) || ' to ' || mart.shown(last)
end;

-- Where a complete source covers the agency itself, without a gap between fiscal years.
create temp table whole as
select
  agency_id,
  string_agg(distinct title, ', ' order by title) as titles,
  min(first_date) as first_date,
  max(last_date) as last_date
from (
  select *
  from mart.coverage
  where is_complete
    and len(fiscal_years) > list_max(fiscal_years) - list_min(fiscal_years)
)
join (select source_id, title from mart.source) using (source_id)
group by agency_id;

create temp table reported as
select
  known_use.*,
  coalesce(earliest_start_date, earliest_end_date) as period_start,
  coalesce(latest_end_date, latest_start_date) as period_end,
  agency_name || coalesce(' (' || vendor_name || ')', '') || ': ' || case
    when attribution is null then what
    else attribution || ' ' || lower(left(what, 1)) || substr(what, 2)
  end as said
from mart.use as known_use;

-- Where a source covers it, and not everything that it bought.
create temp table part as
select agency_id, string_agg(distinct title, ', ' order by title) as titles
from mart.coverage
join (select source_id, title from mart.source) using (source_id)
anti join whole using (agency_id)
group by agency_id;

-- Counted purchases by the agency, or one that belongs to it, of what a use speaks of.
create temp table bought_of as
select
  use_id,
  count(*)::int as purchases,
  min(coalesce(signed_date, first_date)) as first_bought,
  -- Of several on one day the first by its id, so that equal inputs give equal rows.
  arg_min(purchase_id, (coalesce(signed_date, first_date), purchase_id))
    filter (coalesce(signed_date, first_date) is not null) as first_purchase_id
from reported
join kin on kin.agency_id = reported.agency_id
join mart.purchase as purchase on purchase.agency_id = member_id and is_counted
where case
  when reported.vendor_id is not null
  then reported.vendor_id in (purchase.vendor_id, purchase.maker_id)
  else reported.vendor_name is null
    and list_contains(purchase.technologies, reported.technology)
end
group by use_id;

create temp table searched_use as
select
  string_agg(title, ', ' order by title) as titles,
  max(last_date) as last_date
from (select distinct title, last_date from mart.searched where kind = 'use');

create temp table entry as
select
  'use without purchase' as list,
  use_id as entry_id,
  use_id,
  reported.place_id, reported.agency_id, reported.agency_name, reported.vendor_id,
  reported.vendor_name, reported.technology,
  period_start as earliest_date,
  period_end as latest_date,
  said || case
    when whole.first_date <= period_start and whole.last_date >= period_end
    then '. No purchase of it was found.'
    when whole.titles is not null
    then '. No purchase of it was found, but not all of that time was searched.'
    when part.titles is not null then '. Spending was searched only in part.'
    else '. Spending was not searched.'
  end || case
    when purchase_reported in ('reported', 'some') then ' The same source reports a purchase.'
    else ''
  end as question,
  'A free trial, a shared account, a reseller, a grant or another agency''s contract may not show '
  'in spending records.' as innocent_explanation,
  case
    when whole.titles is not null
    then format('{}, {}', whole.titles, shown_between(whole.first_date, whole.last_date))
    when part.titles is not null then format('only a part: {}', part.titles)
    else 'spending not searched'
  end as searched,
  whole.last_date as searched_until_date,
  coalesce(whole.first_date <= period_start and whole.last_date >= period_end, false)
    as is_searched,
  answer,
  answer_words,
  latest_answer_date,
  is_verified
from reported
left join whole on whole.agency_id = reported.agency_id
left join part on part.agency_id = reported.agency_id
anti join bought_of on bought_of.use_id = reported.use_id
where not is_group
  and reported.kind in ('use', 'trial', 'access', 'contract', 'report')
union all by name
select
  'trial before purchase' as list,
  use_id as entry_id,
  use_id,
  first_purchase_id as purchase_id,
  purchases,
  reported.place_id, reported.agency_id, reported.agency_name, reported.vendor_id,
  reported.vendor_name, reported.technology,
  period_start as earliest_date,
  first_bought as latest_date,
  format('{}. The first purchase found is of {}.', said, mart.shown(first_bought)) as question,
  'A trial, or an order before the time that these records cover, comes before many purchases.'
    as innocent_explanation,
  coalesce(
    format('{}, {}', titles, shown_between(whole.first_date, whole.last_date)),
    'no complete source covers the agency'
  ) as searched,
  whole.last_date as searched_until_date,
  coalesce(whole.first_date <= period_start, false) as is_searched,
  answer,
  answer_words,
  latest_answer_date,
  is_verified
from reported
join bought_of using (use_id)
left join whole on whole.agency_id = reported.agency_id
where not is_group
  and reported.kind in ('use', 'trial', 'access')
  and period_end < first_bought
union all by name
select
  'denied and later found' as list,
  use_id as entry_id,
  use_id,
  first_purchase_id as purchase_id,
  purchases,
  reported.place_id, reported.agency_id, reported.agency_name, reported.vendor_id,
  reported.vendor_name, reported.technology,
  coalesce(earliest_first_answer_date, earliest_answer_date) as earliest_date,
  coalesce(first_bought, latest_answer_date, latest_source_date) as latest_date,
  said || '. ' || case
    when answer = 'denied_then_confirmed' then 'It was denied first and confirmed later.'
    when first_bought is not null
    then format('It was denied; the first purchase found is of {}.', mart.shown(first_bought))
    else 'It was denied.'
  end as question,
  'Those who answer may not know of a trial by a colleague, or may speak of another product or '
  'time.' as innocent_explanation,
  source_title as searched,
  latest_source_date as searched_until_date,
  true as is_searched,
  answer,
  answer_words,
  latest_answer_date,
  is_verified
from reported
left join bought_of using (use_id)
where answer = 'denied_then_confirmed'
  or (
    answer = 'denied'
    and not is_group
    and (evidence_kind <> 'agency statement' or first_bought is not null)
  )
union all by name
select
  'purchase without use' as list,
  bought.agency_id || ':' || bought.technology as entry_id,
  first_purchase_id as purchase_id,
  purchases,
  bought.place_id, bought.agency_id, bought.agency_name,
  bought.technology,
  first_bought as earliest_date,
  last_bought as latest_date,
  format('{} bought {} in {} purchase{}; no report of its use is on record.',
    bought.agency_name, lower(technology_name), purchases,
    case when purchases = 1 then '' else 's' end) as question,
  'Most agencies never report what they use, and no list of use is complete.'
    as innocent_explanation,
  searched_use.titles as searched,
  searched_use.last_date as searched_until_date,
  false as is_searched,
  true as is_verified
from (
  select
    agency_id,
    any_value(agency_name) as agency_name,
    any_value(place_id) as place_id,
    technology,
    count(*)::int as purchases,
    min(coalesce(signed_date, first_date)) as first_bought,
    max(last_date) as last_bought,
    arg_min(purchase_id, (coalesce(signed_date, first_date), purchase_id))
      filter (coalesce(signed_date, first_date) is not null) as first_purchase_id
  from mart.purchase
  where is_counted
  group by agency_id, technology
) as bought
join core.technology as named on named.technology = bought.technology
cross join searched_use
where not exists (
  from mart.use as known_use
  join kin on kin.agency_id = known_use.agency_id
  where kin.member_id = bought.agency_id and known_use.technology = bought.technology
)
union all by name
select
  'purchase during restriction' as list,
  read.purchase_id || ':' || law.law_id as entry_id,
  read.purchase_id,
  law.law_id,
  1 as purchases,
  purchase.place_id, purchase.agency_id, purchase.agency_name, purchase.vendor_id,
  purchase.vendor_name, read.technology,
  coalesce(first_date_in_force, read.signed_date) as earliest_date,
  coalesce(last_date_in_force, read.signed_date) as latest_date,
  format(
    'Our register shows {} in force on {} and naming this technology; we have not determined '
    'whether an exception or an older contract applies.',
    read.law_name,
    mart.shown(case when is_new_purchase then read.signed_date else first_date_in_force end)
  ) as question,
  concat_ws(' ',
    'An exception or an older contract may apply.',
    'What the law leaves out: ' || coalesce(exceptions, 'nothing that our register knows') || '.'
  ) as innocent_explanation,
  format('{}, read at its source on {}', law.primary_url, mart.shown(law.read_from_primary_date))
    as searched,
  law.read_from_primary_date as searched_until_date,
  true as is_searched,
  law.is_verified
from mart.purchase_law as read
join (select law_id, primary_url, read_from_primary_date, is_verified from mart.law) as law
  using (law_id)
join mart.purchase as purchase using (purchase_id)
where can_be_listed;

create table mart.standing_list as
select
  list,
  entry_id,
  entry.place_id,
  place_name,
  agency_id,
  agency_name,
  vendor_id,
  vendor_name,
  technology,
  use_id,
  purchase_id,
  law_id,
  purchases,
  earliest_date,
  latest_date,
  question,
  innocent_explanation,
  searched,
  searched_until_date,
  is_searched,
  answer,
  answer_words,
  latest_answer_date as answer_date,
  is_verified
from entry
left join core.place using (place_id)
order by list, earliest_date, entry_id;
