-- Which laws reach a purchase, and whether they were in force on its days. mart.purchase_law: one
-- row per counted or matched purchase and law that reaches it, Key: purchase_id, law_id.
-- mart.transaction_law: the same for each transaction, Key: transaction_id, law_id.
-- A law reaches an agency through place and level: the agency's place is the law's or lies in it,
-- and the law binds bodies of that level. So a city ban never reaches a federal agency, nor a
-- state law a city, unless the law says so. What cannot be told from the record is a doubt.

create temp table place_within as
with recursive
  up as (
    select place_id, place_id as ancestor_id, 0 as steps from core.place
    union all
    select up.place_id, parent_place_id, steps + 1
    from up
    join core.place on core.place.place_id = ancestor_id
    where parent_place_id is not null and steps < 8
  )
select distinct place_id, ancestor_id from up;

create temp macro level_of(place_kind) as case
  when place_kind in ('country', 'union') then 'national'
  when place_kind in ('state', 'province', 'territory') then 'state'
  else place_kind
end;

-- True, or null where the name does not tell: a city's record can name the city itself.
create temp macro is_police(name) as nullif(
  regexp_matches(name, '(?i)\b(police|sheriff|district attorney|prosecutor|highway patrol|state patrol|troopers?|marshal|constable|constabulary|law enforcement|public safety)\b'),
  false
);

-- Kept in the published database: a page asks the same of a day that its reader chooses.
create macro mart.shown(day) as strftime(day, '%-d %b %Y');

create macro mart.judgement(day, law) as case
  when day is null then 'cannot be judged'
  when day < law.earliest_start_date then 'before'
  when day > law.latest_last_date then 'after'
  when law.latest_start_date is null or day < law.latest_start_date then 'cannot be judged'
  when day > law.earliest_last_date then 'cannot be judged'
  when law.after_change = 'cannot be judged' and day >= law.earliest_change_date
    then 'cannot be judged'
  else 'in force'
end;

create macro mart.because(day, law) as case
  when mart.judgement(day, law) <> 'cannot be judged' then null
  when day is null then 'the day is not in the record'
  when law.latest_start_date is null then 'our register does not say since when it is in force'
  when day < law.latest_start_date and law.is_start_assumed then
    'our register has its adoption and not its first day, which we take to lie between '
    || mart.shown(law.earliest_start_date) || ' and ' || mart.shown(law.latest_start_date)
  when day < law.latest_start_date then
    'its first day lies between ' || mart.shown(law.earliest_start_date) || ' and '
    || mart.shown(law.latest_start_date)
  when day > law.earliest_last_date then
    'its last day lies between ' || mart.shown(law.earliest_last_date) || ' and '
    || mart.shown(law.latest_last_date)
  else 'it was changed on or after ' || mart.shown(law.earliest_change_date) || ': ' || law.change
end;

create temp table reached as
select
  purchase.purchase_id,
  law.law_id,
  named.technology,
  concat_ws('; ',
    case
      when bodies = 'police' and is_police(purchase.agency_name) is null
      then 'the law binds police, and the record does not say that this agency is one'
    end,
    case
      when only_with is not null and not list_contains(purchase.technologies, only_with)
      then 'the law speaks of it only together with ' || only_with
        || ', of which the record says nothing'
    end,
    case
      when named.type is not null
        and (purchase.type is null or purchase.technology <> named.technology)
      then 'the law names only a part of this technology, and the record does not say which it is'
    end
  ) as doubt
from mart.purchase as purchase
join core.place as place on place.place_id = purchase.place_id
join place_within on place_within.place_id = purchase.place_id
join core.law as law
  on law.place_id = place_within.ancestor_id
  and list_contains(binds, level_of(place.kind))
join core.law_technology as named
  on named.law_id = law.law_id and list_contains(purchase.technologies, named.technology)
where purchase.status in ('confirmed', 'matched')
  and purchase.scope = 'strict'
  and bodies in ('all', 'police', 'not police', 'one agency')
  and not (bodies = 'not police' and coalesce(is_police(purchase.agency_name), false))
  and (bodies <> 'one agency' or law.agency_id = purchase.agency_id)
  and (
    len(vendor_ids) = 0
    or list_contains(vendor_ids, purchase.vendor_id)
    or list_contains(vendor_ids, purchase.maker_id)
  )
  and (
    named.type is null
    or purchase.type is null
    or purchase.technology <> named.technology
    or purchase.type = named.type
  )
qualify row_number() over (
  partition by purchase.purchase_id, law.law_id
  order by list_position(purchase.technologies, named.technology), named.type nulls first
) = 1;

-- Where only a fiscal year is published, the day lies somewhere in it: what holds on its first and
-- on its last day holds on all of them, because a law begins once and ends once.
create temp table day_of_transaction as
select
  moved.transaction_id,
  moved.purchase_id,
  moved.date,
  coalesce(moved.date, fiscal_year_start(moved.fiscal_year, begins)) as earliest_day,
  coalesce(moved.date, fiscal_year_start(moved.fiscal_year + 1, begins) - 1) as latest_day,
  case when purchase.signed_date is not null then core.transaction.is_base end as is_new_purchase
from mart.transaction as moved
semi join reached using (purchase_id)
join mart.purchase as purchase using (purchase_id)
join core.transaction using (transaction_id)
left join (select source_id, fiscal_year_begins as begins from core.source) as source
  on source.source_id = moved.source_id;

create table mart.transaction_law as
select
  moved.transaction_id,
  moved.purchase_id,
  law.law_id,
  moved.date,
  case
    when mart.judgement(earliest_day, law) = mart.judgement(latest_day, law)
    then mart.judgement(earliest_day, law)
    else 'cannot be judged'
  end as judgement,
  coalesce(
    mart.because(earliest_day, law),
    mart.because(latest_day, law),
    case
      when mart.judgement(earliest_day, law) <> mart.judgement(latest_day, law)
      then 'only the fiscal year is published, and the law began or ended in it'
    end
  ) as because,
  is_new_purchase
from reached
join core.law as law using (law_id)
join day_of_transaction as moved using (purchase_id)
order by moved.transaction_id, law.law_id;

create table mart.purchase_law as
with
  moved as (
    select
      purchase_id,
      law_id,
      (count(*) filter (judgement = 'before'))::int as transactions_before,
      (count(*) filter (judgement = 'in force'))::int as transactions_in_force,
      (count(*) filter (judgement = 'cannot be judged'))::int as transactions_not_judged,
      (count(*) filter (judgement = 'after'))::int as transactions_after,
      min(date) filter (judgement = 'in force') as first_date_in_force,
      max(date) filter (judgement = 'in force') as last_date_in_force
    from mart.transaction_law
    group by purchase_id, law_id
  ),
  judged as (
    select
      purchase.purchase_id,
      law.law_id,
      reached.technology,
      nullif(reached.doubt, '') as doubt,
      purchase.signed_date,
      -- Unsigned in our files, it is older than its first transaction, nobody knows by how much.
      case
        when purchase.signed_date is null and is_older
        then 'before'
        else mart.judgement(purchase.signed_date, law)
      end as judgement,
      case
        when purchase.signed_date is null and is_older
        then null
        when purchase.signed_date is null
        then 'the day on which it was signed is not in our files'
        else mart.because(purchase.signed_date, law)
      end as because
    from (
      select
        reached.*,
        coalesce(transactions_before > 0, false)
          or coalesce(bought.first_date < ruled.earliest_start_date, false) as is_older
      from reached
      join (select purchase_id, first_date from mart.purchase) as bought using (purchase_id)
      join (select law_id, earliest_start_date from core.law) as ruled using (law_id)
      left join moved using (purchase_id, law_id)
    ) as reached
    join core.law as law using (law_id)
    join mart.purchase as purchase using (purchase_id)
  )
select
  judged.purchase_id,
  judged.law_id,
  law_name,
  law.kind,
  is_restriction,
  judged.technology,
  judgement,
  because,
  doubt,
  signed_date,
  earliest_start_date,
  latest_start_date,
  earliest_change_date,
  earliest_last_date,
  latest_last_date,
  case when signed_date is not null then judgement = 'in force' end as is_new_purchase,
  coalesce(transactions_before, 0) as transactions_before,
  coalesce(transactions_in_force, 0) as transactions_in_force,
  coalesce(transactions_not_judged, 0) as transactions_not_judged,
  coalesce(transactions_after, 0) as transactions_after,
  first_date_in_force,
  last_date_in_force,
  exceptions,
  read_from_primary_date,
  is_date_verified,
  -- A question may be asked in public only where somebody read the law itself.
  is_restriction
    and read_from_primary_date is not null
    and doubt is null
    and (judgement = 'in force' or coalesce(transactions_in_force, 0) > 0) as can_be_listed
from judged
join mart.law as law using (law_id)
left join moved using (purchase_id, law_id)
order by judged.purchase_id, judged.law_id;
