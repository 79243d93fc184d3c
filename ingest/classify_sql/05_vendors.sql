-- core.vendor: who each recorded vendor is. One row and key: vendor_key of core.vendor_name.
-- An identifier decides; a name decides only when it equals an alias, as spelled or normalised.
create schema if not exists core;

create or replace temp table vendor_guess as
with spelled as (
    select vendor_key, spelled_name(vendor_name) as name from core.vendor_name
), names as (
    select vendor_key, 1 as place, without_legal_form(name) as name from spelled
    union all
    select vendor_key, 2, without_legal_form(trim(regexp_extract(name, '.* (?:DBA|AKA|FKA) (.*)$', 1)))
    from spelled where regexp_matches(name, ' (DBA|AKA|FKA) ')
    union all
    select vendor_key, 3, without_legal_form(trim(regexp_extract(name, '^(.*?) (?:DBA|AKA|FKA) .*', 1)))
    from spelled where regexp_matches(name, ' (DBA|AKA|FKA) ')
), guesses as (
    select vendor_key, 1 as place, 'uei' as matched_by, identifier.vendor_id, null as alias, false as is_ambiguous
    from core.vendor_name join identifier on scheme = 'uei' and value = upper(trim(uei))
    union all
    select vendor_key, 2, 'duns', identifier.vendor_id, null, false
    from core.vendor_name join identifier on scheme = 'duns' and value = trim(duns)
    union all
    select vendor_key, 3, 'cage', identifier.vendor_id, null, false
    from core.vendor_name join identifier on scheme = 'cage' and value = upper(trim(cage))
    union all
    select vendor_key, 4, 'alias', alias.vendor_id, alias.alias, alias.is_ambiguous
    from spelled join alias_spelled as alias on alias.spelled = spelled.name
    union all
    select vendor_key, 4 + place, 'alias', alias.vendor_id, alias.alias, alias.is_ambiguous
    from names join alias using (name)
)
select * from guesses
qualify row_number() over (partition by vendor_key order by place, vendor_id) = 1;

-- One official identifier is one business, whatever names it goes by: a UEI, and a DUNS where there
-- is none. A number that stands under many names is a collective one (MISCELLANEOUS FOREIGN
-- AWARDEES), and says nothing.
create or replace temp table same_business as
with numbered as (
    select
        vendor_key, guess.vendor_id, guess.is_ambiguous,
        nullif(normal_name(vendor_name), '') as name,
        coalesce('uei ' || upper(trim(uei)), 'duns ' || trim(duns)) as number
    from core.vendor_name
    left join vendor_guess as guess using (vendor_key)
    where coalesce(uei, duns) is not null
)
select
    number, min(name) as name,
    -- What one of its names is known to be, all of them are.
    case when count(distinct vendor_id) filter (not is_ambiguous) = 1
        then min(vendor_id) filter (not is_ambiguous) end as vendor_id
from numbered
where name is not null
group by number
having count(distinct name) between 2 and 5;

create or replace temp table by_number as
select vendor_key, same.vendor_id, same.name
from core.vendor_name
join same_business as same
    on same.number = coalesce('uei ' || upper(trim(uei)), 'duns ' || trim(duns));

create or replace table core.vendor as
select
    name.vendor_key,
    coalesce(
        if(guess.is_ambiguous, null, guess.vendor_id), by_number.vendor_id, guess.vendor_id,
        nullif(replace(lower(coalesce(by_number.name, normal_name(name.vendor_name))), ' ', '_'), ''),
        'unknown'
    ) as vendor_id,
    -- An unknown vendor is shown under one of the names on record, the first in the alphabet.
    coalesce(known.vendor_name, first_value(name.vendor_name) over (
        partition by coalesce(by_number.name, normal_name(name.vendor_name)) order by name.vendor_name),
        'Unknown') as vendor_name,
    case
        when by_number.vendor_id is not null and coalesce(guess.is_ambiguous, true)
        then 'identifier of another of its names'
        else coalesce(guess.matched_by, 'name')
    end as matched_by,
    guess.alias,
    coalesce(guess.is_ambiguous and by_number.vendor_id is null, false) as is_ambiguous,
    coalesce(by_number.vendor_id, guess.vendor_id) is not null as is_known
from core.vendor_name as name
left join vendor_guess as guess using (vendor_key)
left join by_number using (vendor_key)
left join known_name as known on known.vendor_id = coalesce(
    if(guess.is_ambiguous, null, guess.vendor_id), by_number.vendor_id, guess.vendor_id);
