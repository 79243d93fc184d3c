-- reason_found: everything that speaks for or against. Strengths are DESIGN's, 2 strongest.
-- `beats`: an against reason cancels reasons of this strength and weaker.

-- code_hit: codes that support a technology. Key: purchase_id, scheme, technology, use.
create or replace temp table code_hit as
select distinct
    purchase_id, scheme, technology, use,
    case scheme when 'psc' then 'product code' else 'industry code' end as field,
    case scheme when 'psc' then coalesce(psc, psc_code) else coalesce(naics, naics_code) end as said
from candidate_record as record
join code on (scheme = 'psc' and (code.code = record.psc_code or (record.psc_code is null and code.name = psc_words)))
    or (scheme = 'naics' and (code.code = record.naics_code or (record.naics_code is null and code.name = naics_words)));

create or replace temp table record_vendor as
select purchase_id, vendor.*
from candidate_record
join found_vendor as vendor using (vendor_key);

-- support: words and codes that support a technology ('' supports any). Key: purchase_id, technology, field, said.
create or replace temp table support as
select purchase_id, technology, hit_field as field, said, literal, rule_id, type
from hit where kind in ('support', 'possible', 'phrase', 'product', 'vendor word')
union all
select purchase_id, technology, field, said, '', 'code:' || scheme, '' from code_hit;

create or replace temp table reason_said as
-- Strength 2: all that this vendor sells to agencies is surveillance technology. Where it sells
-- several kinds, the record's words choose among them; else the first one listed.
with spoken_for as (
    select
        purchase_id,
        min_by(support.technology, case
            when support.rule_id like 'vendor-words:%' then 100
            when support.rule_id like 'products:%' then 200
            else 300
        end + list_position(technologies, support.technology)) as technology
    from record_vendor
    join support using (purchase_id)
    where sells = 'exclusive' and list_contains(technologies, support.technology)
        and support.rule_id not like 'supporting-words:%' and support.field = 'description'
    group by purchase_id
)
select
    purchase_id, 2 as strength, 'vendor:' || vendor_id as rule,
    vendor_name || ' sells only surveillance technology' as title,
    'vendor' as field, recorded_name as said, '' as literal,
    coalesce(spoken_for.technology, technologies[1]) as technology, '' as type,
    scope, vendor_id as maker_id, 'for' as speaks, 0 as beats
from record_vendor
left join spoken_for using (purchase_id)
where sells = 'exclusive' and not is_ambiguous
union all
-- Strengths 3, 4, 6 and related: words that speak for themselves.
select
    purchase_id, strength, rule_id, title, hit_field, said, literal, technology, type,
    scope, maker_id, 'for', beats
from hit
where kind in ('product', 'phrase', 'possible', 'related', 'vendor word', 'vendor related')
union all
-- Strength 5: a vendor that sells it among other things, and a supporting word or code.
select
    purchase_id, 5, 'vendor:' || vendor_id || '+' || support.rule_id,
    vendor_name || case when sells = 'exclusive' then ' (a name that others bear too)'
        else ' sells it among other things' end || ', and the record supports it',
    support.field, support.said, support.literal,
    coalesce(nullif(support.technology, ''), technologies[1]), support.type,
    scope, vendor_id, 'for', 0
from record_vendor
join support using (purchase_id)
where (sells = 'mixed' or (sells = 'exclusive' and is_ambiguous))
    and support.field <> 'vendor'
    and (support.technology = '' or list_contains(technologies, support.technology))
union all
select
    named.purchase_id, 5, named.rule_id || '+' || support.rule_id,
    named.title || ' among other things, and the record supports it',
    support.field, support.said, support.literal,
    coalesce(nullif(support.technology, ''), named.technology), support.type,
    named.scope, named.maker_id, 'for', 0
from hit as named
join known_vendor on known_vendor.vendor_id = named.maker_id
join support on support.purchase_id = named.purchase_id
where named.kind = 'maker named' and support.technology <> ''
    and list_contains(known_vendor.technologies, support.technology)
union all
-- Strength 5: a telling word in the name of an unknown vendor, and a supporting word or code.
select
    called.purchase_id, 5, called.rule_id || '+' || said_too.rule_id,
    'the vendor''s name and the record speak of the same technology',
    said_too.field, said_too.said, said_too.literal, called.technology, called.type,
    'strict', '', 'for', 0
from hit as called
join support as said_too using (purchase_id, technology)
left join record_vendor using (purchase_id)
where called.kind = 'support' and called.hit_field = 'vendor' and said_too.field <> 'vendor'
    and record_vendor.role is null
union all
-- Strength 5: a code that belongs to the technology, and a supporting word.
select
    code_hit.purchase_id, 5, 'code:' || scheme || '+' || said_too.rule_id,
    'the ' || code_hit.field || ' and the words speak of the same technology',
    said_too.field, said_too.said, said_too.literal, code_hit.technology, said_too.type,
    'strict', '', 'for', 0
from code_hit
join support as said_too using (purchase_id, technology)
where code_hit.use = 'confirms' and said_too.field = 'description'
union all
-- Strength 6: a mixed vendor, an ambiguous name or a code alone.
select
    purchase_id, 6, 'vendor:' || vendor_id,
    case when sells = 'exclusive' then vendor_name || ' may be meant (others bear the name too)'
        else vendor_name || ' sells it among other things' end,
    'vendor', recorded_name, '', technologies[1], '', scope, vendor_id, 'for', 0
from record_vendor
where sells = 'mixed' or (sells = 'exclusive' and is_ambiguous)
union all
select
    purchase_id, 6, rule_id, title || ' among other things', 'description', said, literal,
    technology, type, scope, maker_id, 'for', 0
from hit where kind = 'maker named'
union all
select
    purchase_id, 6, 'code:' || scheme, 'the ' || field || ' may mean it', field, said, '',
    technology, '', 'strict', '', 'for', 0
from code_hit where use = 'possible'
union all
-- Against: false friends, and vendors of that name who sell something else.
select
    purchase_id, 7, rule_id, title, hit_field, said, literal, technology, type,
    'strict', '', 'against', beats
from hit where kind in ('against', 'vendor against')
union all
select
    purchase_id, 7, 'vendor:' || vendor_id, vendor_name || ' sells no surveillance technology',
    'vendor', recorded_name, '', '', '', 'strict', '', 'against', 3
from record_vendor where role = 'unrelated';

create or replace temp table reason_found as
select *, quoted(said, literal) as quote from reason_said;
