-- What is known beside the money. mart.use: one row per reported use, Key: use_id. mart.law: one
-- row per law or ruling, Key: law_id. mart.law_technology: what each law names, Key: law_id,
-- technology, type. mart.event: one row per dated fact, Key: event_id: those of events.csv and
-- those that laws imply, unless events.csv has that act of that law already.

create table mart.use as
select
  use_id,
  known_use.place_id,
  place_name,
  known_use.agency_id,
  coalesce(agency.agency_name, known_use.agency_name) as agency_name,
  known_use.agency_name as agency_name_source,
  is_group,
  known_use.vendor_id,
  coalesce(known.vendor_name, vendor_name_source) as vendor_name,
  known_use.technology,
  known_use.* exclude (
    use_id, place_id, agency_id, agency_name, is_group, vendor_id, vendor_name_source, technology
  )
from core.use as known_use
left join core.place using (place_id)
left join core.agency as agency on agency.agency_id = known_use.agency_id
left join core.known_vendor as known on known.vendor_id = known_use.vendor_id
order by use_id;

create table mart.law as
select
  law_id,
  law_name,
  law.kind,
  -- Laws that forbid buying or using; the others set conditions, ask for reports or are rulings.
  law.kind in ('ban', 'moratorium', 'restriction') as is_restriction,
  law.place_id,
  place_name,
  binds,
  bodies,
  law.agency_id,
  agency.agency_name,
  (
    select list(distinct technology order by technology)
    from core.law_technology as named
    where named.law_id = law.law_id
  ) as technologies,
  law.* exclude (law_id, law_name, kind, place_id, binds, bodies, agency_id)
from core.law as law
left join core.place using (place_id)
left join core.agency as agency on agency.agency_id = law.agency_id
order by law_id;

create table mart.law_technology as
select law_id, technology, type from core.law_technology order by law_id, technology, type;

create table mart.event as
with
  acts as (
    select law_id, 'adopted' as act, earliest_adopted_date as earliest, latest_adopted_date as latest
    from mart.law
    union all
    select law_id, 'in force', earliest_start_date, latest_start_date
    from mart.law
    where not is_start_assumed
      and earliest_start_date is distinct from earliest_adopted_date
    union all
    select law_id, 'changed', earliest_change_date, latest_change_date from mart.law
    union all
    select law_id, 'ended', earliest_last_date, latest_last_date from mart.law
  ),
  implied as (
    select
      law_id || ':' || replace(act, ' ', '_') as event_id,
      earliest as earliest_date,
      latest as latest_date,
      case when law.kind in ('ruling', 'settlement', 'lawsuit', 'order') then 'ruling' else 'law' end
        as kind,
      [place_id] as place_ids,
      law.agency_id,
      case when len(vendor_ids) = 1 then vendor_ids[1] end as vendor_id,
      technologies,
      covers_all,
      law_id,
      act as law_act,
      null::varchar as attribution,
      law_name || case act
        when 'adopted' then ': ' || summary
        when 'in force' then ': in force'
        when 'changed' then ': ' || coalesce(change, 'changed')
        when 'ended' then ': last day in force'
      end as what,
      null::bigint as number,
      is_date_verified,
      source_title, source_url, earliest_source_date, latest_source_date, confidence, raw_file,
      raw_row
    from acts
    join mart.law as law using (law_id)
    where earliest is not null
      and not exists (
        from core.event where core.event.law_id = acts.law_id and core.event.law_act = acts.act
      )
  ),
  every as (
    select
      * exclude (technology),
      case when technology is null then [] else [technology] end as technologies,
      false as covers_all
    from core.event
    union all by name
    select * from implied
  )
select
  event_id,
  earliest_date,
  latest_date,
  every.kind,
  place_ids,
  (
    select list(place_name order by place_name)
    from core.place
    where list_contains(every.place_ids, place_id)
  ) as place_names,
  every.agency_id,
  agency.agency_name,
  every.vendor_id,
  known.vendor_name,
  every.technologies,
  covers_all,
  law_id,
  law_act,
  attribution,
  what,
  number,
  coalesce(
    (
      select list(organisation order by organisation)
      from core.event_signatory as signed
      where signed.event_id = every.event_id
    ),
    []
  ) as signatories,
  is_date_verified,
  source_title, source_url, earliest_source_date, latest_source_date, every.confidence, raw_file,
  raw_row
from every
left join core.agency as agency on agency.agency_id = every.agency_id
left join core.known_vendor as known on known.vendor_id = every.vendor_id
order by earliest_date, event_id;
