-- What was searched beside each agency and place. mart.searched: one row per source and agency (of
-- spending), per source (of use) and for our own registers, No key. mart.place_technology: one row
-- per place of which anything is known and technology, Key: place_id, technology. Absence is only
-- ever said of named sources and a day: "not found in SOURCES as of DATE".

create table mart.searched as
with
  spending as (
    select
      'spending' as kind,
      source_id,
      title,
      coverage.place_id,
      coverage.agency_id,
      coverage.agency_name,
      []::varchar[] as technologies,
      coverage.first_date,
      coverage.last_date,
      coverage.is_complete
    from mart.coverage as coverage
    join mart.source using (source_id)
  ),
  of_use as (
    select
      'use' as kind,
      source_id,
      title,
      core.source.place_id,
      null::varchar as agency_id,
      null::varchar as agency_name,
      list_sort(list(distinct technology) filter (technology is not null)) as technologies,
      coalesce(any_value(covers_from), min(coalesce(earliest_start_date, earliest_end_date)))
        as first_date,
      coalesce(any_value(covers_to), max(earliest_source_date)) as last_date,
      false as is_complete
    from core.use
    join core.source using (source_id)
    group by source_id, title, core.source.place_id
  ),
  registers as (
    select
      'use' as kind, 'our register of reported use' as title,
      min(earliest_start_date) as first_date, max(earliest_source_date) as last_date
    from core.use
    where source_id is null
    union all
    select
      'law', 'our register of laws', min(earliest_adopted_date), max(earliest_source_date)
    from core.law
  )
select * from spending
union all by name
select * from of_use
union all by name
select *, []::varchar[] as technologies, false as is_complete from registers
order by kind, title, agency_id, is_complete;

create table mart.place_technology as
with
  complete as (
    select
      place_id,
      string_agg(distinct title, ', ' order by title) as titles,
      count(distinct agency_id)::int as agencies_searched,
      -- One agency is named; more are counted.
      case when count(distinct agency_id) = 1 then any_value(agency_name) end as only_agency,
      min(first_date) as first_date,
      max(last_date) as last_date
    from mart.searched
    where kind = 'spending' and is_complete
    group by place_id
  ),
  bought as (
    select place_id, technology, count(*)::int as purchases
    from (select place_id, unnest(technologies) as technology from mart.purchase where is_counted)
    group by all
  ),
  used as (
    select place_id, technology, count(*)::int as uses from mart.use group by all
  ),
  ruled as (
    select law.place_id, named.technology, count(distinct law_id)::int as laws
    from core.law as law
    join core.law_technology as named using (law_id)
    group by all
  ),
  known as (
    select place_id from mart.searched where kind = 'spending'
    union
    select place_id from bought
    union
    select place_id from used
    union
    select place_id from ruled
  )
select
  place_id,
  place_name,
  technology,
  coalesce(purchases, 0)::int as purchases,
  coalesce(uses, 0)::int as uses,
  coalesce(laws, 0)::int as laws,
  coalesce(agencies_searched, 0)::int as agencies_searched,
  complete.first_date,
  complete.last_date,
  case
    when purchases = 1 then 'found in 1 counted purchase'
    when purchases > 1 then format('found in {} counted purchases', purchases)
    when agencies_searched > 0 then format(
      'not found in {} as of {} ({} from {})',
      titles,
      strftime(complete.last_date, '%-d %b %Y'),
      coalesce(only_agency, agencies_searched || ' agencies'),
      strftime(complete.first_date, '%-d %b %Y')
    )
    else 'not searched'
  end as statement
from known
join core.place using (place_id)
cross join core.technology
left join complete using (place_id)
left join bought using (place_id, technology)
left join used using (place_id, technology)
left join ruled using (place_id, technology)
order by place_id, position;
