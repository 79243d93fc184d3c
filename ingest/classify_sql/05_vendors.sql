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

create or replace table core.vendor as
select
    name.vendor_key,
    coalesce(guess.vendor_id, nullif(replace(lower(normal_name(name.vendor_name)), ' ', '_'), ''), 'unknown')
        as vendor_id,
    -- An unknown vendor is shown under one of the names on record, the first in the alphabet.
    coalesce(known.vendor_name, first_value(name.vendor_name) over (
        partition by normal_name(name.vendor_name) order by name.vendor_name), 'Unknown') as vendor_name,
    coalesce(guess.matched_by, 'name') as matched_by,
    guess.alias,
    coalesce(guess.is_ambiguous, false) as is_ambiguous,
    guess.vendor_id is not null as is_known
from core.vendor_name as name
left join vendor_guess as guess using (vendor_key)
left join known_name as known on known.vendor_id = guess.vendor_id;
