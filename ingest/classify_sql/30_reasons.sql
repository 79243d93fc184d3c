-- reason_found: everything that speaks for or against, one row per reason. Key: all columns.
-- Strengths are DESIGN's, 2 strongest. `beats`: an against reason cancels reasons of this
-- strength and weaker. Titles are sentences to be read aloud; {words} stands for the record's
-- words. Where a vendor is the reason, the vendor's name is what is quoted.

-- code_hit: codes that support a technology. Key: purchase_id, scheme, code, technology, use.
create or replace temp table code_hit as
select distinct
    purchase_id, scheme, code.code, technology, use,
    case scheme when 'psc' then 'product code' else 'industry code' end as field,
    case scheme when 'psc' then coalesce(psc, psc_code) else coalesce(naics, naics_code) end as said
from candidate_record as record
join code on (scheme = 'psc' and (code.code = record.psc_code or (record.psc_code is null and code.name = psc_words)))
    or (scheme = 'naics' and (code.code = record.naics_code or (record.naics_code is null and code.name = naics_words)));

create or replace temp table record_vendor as
select purchase_id, vendor.*
from candidate_record
join found_vendor as vendor using (vendor_key);

-- support: words and codes that support a technology ('' supports any). Key: purchase_id, technology, field, said, rule_id.
-- Plain words (software, renewal) say nothing by themselves: they are never quoted as a reason.
create or replace temp table support as
select purchase_id, technology, hit_field as field, said, literal, rule_id, kind, type, is_plain
from hit left join plain_word using (literal)
where kind in ('support', 'possible', 'phrase', 'product', 'vendor word')
union all
select purchase_id, technology, field, said, '', 'code:' || code, 'code', '', false from code_hit;

create or replace temp table reason_said as
-- Strength 2: all that this vendor sells to agencies is surveillance technology. Where it sells
-- several kinds, the record's words choose among them; else the first one listed.
with spoken_for as (
    select
        purchase_id,
        min_by(support.technology, case kind
            when 'vendor word' then 100
            when 'product' then 200
            else 300
        end + list_position(technologies, support.technology)) as technology
    from record_vendor
    join support using (purchase_id)
    where sells = 'exclusive' and list_contains(technologies, support.technology)
        and kind <> 'support' and support.field = 'description'
    group by purchase_id
)
select
    purchase_id, 2 as strength, 'vendor:' || vendor_id as rule,
    vendor_name || ' sells ' || all_goods || ', and nothing else that we know of' as title,
    'vendor' as field, recorded_name as said, '' as literal, '' as words_said, '' as words_literal,
    coalesce(spoken_for.technology, technologies[1]) as technology, '' as type,
    scope, vendor_id as maker_id, 'for' as speaks, 0 as beats, false as is_plain
from record_vendor
left join spoken_for using (purchase_id)
where sells = 'exclusive' and not is_ambiguous
union all
-- Strengths 3, 4, 6 and related: words that speak for themselves.
select
    purchase_id, strength, rule_id, title, hit_field, said, literal, said, literal, technology, type,
    scope, maker_id, 'for', beats, false
from hit
where kind in ('product', 'doubtful product', 'phrase', 'possible', 'related')
union all
-- Strengths 5 and 6: what a vendor's record means when it says these words.
select
    hit.purchase_id, strength, rule_id,
    case
        when is_plain then vendor.vendor_name || ' sells ' || what || ', and nothing in the record speaks of its other goods'
        else title
    end,
    'vendor', recorded_name, '', said, hit.literal, hit.technology, type,
    hit.scope, maker_id, 'for', beats, coalesce(is_plain, false)
from hit
join record_vendor as vendor using (purchase_id)
join known_technology using (technology)
left join plain_word on plain_word.literal = hit.literal
where kind in ('vendor word', 'vendor related')
union all
-- Strength 5: a vendor that sells it among other things, and a supporting word or code.
select
    purchase_id, 5, 'vendor:' || vendor_id || '+' || regexp_extract(rule_id, '[^:]*$'),
    case
        when sells = 'exclusive' then 'the name is that of ' || vendor_name || ', which sells ' || what
        else vendor_name || ' sells ' || what || ' among other things'
    end || case
        when is_plain then ', and nothing in the record speaks of other goods'
        when kind = 'code' then ', and the ' || field || ' is “{words}”'
        else ', and the description says “{words}”'
    end,
    'vendor', recorded_name, '', said, literal,
    coalesce(nullif(support.technology, ''), technologies[1]), support.type,
    scope, vendor_id, 'for', 0, coalesce(is_plain, false)
from record_vendor
join support using (purchase_id)
join known_technology on known_technology.technology = coalesce(nullif(support.technology, ''), technologies[1])
where (sells = 'mixed' or (sells = 'exclusive' and is_ambiguous))
    and support.field <> 'vendor' and kind <> 'vendor word'
    and (support.technology = '' or list_contains(technologies, support.technology))
union all
-- Strength 5: a maker of several kinds of goods is named, and supporting words or codes.
select
    named.purchase_id, 5, named.rule_id || '+' || regexp_extract(support.rule_id, '[^:]*$'),
    replace(named.title, '{words}', quoted(named.said, named.literal))
        || case when kind_of_support = 'code' then ', and the ' || support.field || ' is “{words}”' else ', and says “{words}”' end,
    'description', named.said, named.literal, support.said, support.literal,
    coalesce(nullif(support.technology, ''), named.technology), support.type,
    named.scope, named.maker_id, 'for', 0, coalesce(support.is_plain, false)
from hit as named
join known_vendor on known_vendor.vendor_id = named.maker_id
join (select * exclude (kind), kind as kind_of_support from support) as support on support.purchase_id = named.purchase_id
left join record_vendor as seller on seller.purchase_id = named.purchase_id
where named.kind = 'maker named' and support.technology <> ''
    and seller.vendor_id is distinct from named.maker_id
    and list_contains(known_vendor.technologies, support.technology)
union all
-- Strength 5: a telling word in the name of an unknown vendor, and a supporting word or code.
select
    called.purchase_id, 5, called.rule_id || '+' || regexp_extract(said_too.rule_id, '[^:]*$'),
    'the vendor''s name speaks of ' || what
        || case when said_too.kind = 'code' then ', and the ' || said_too.field || ' is “{words}”' else ', and the description says “{words}”' end,
    'vendor', called.said, '', said_too.said, said_too.literal, technology, called.type,
    'strict', '', 'for', 0, false
from hit as called
join support as said_too using (purchase_id, technology)
join known_technology using (technology)
left join record_vendor using (purchase_id)
where called.kind = 'support' and called.hit_field = 'vendor' and said_too.field <> 'vendor'
    and record_vendor.role is null
union all
-- Strength 5: a code that belongs to the technology, and a supporting word.
select
    code_hit.purchase_id, 5, 'code:' || code || '+' || regexp_extract(said_too.rule_id, '[^:]*$'),
    'the ' || code_hit.field || ' is “' || code_hit.said || '”, and the description says “{words}”',
    said_too.field, said_too.said, said_too.literal, said_too.said, said_too.literal,
    technology, said_too.type, 'strict', '', 'for', 0, false
from code_hit
join support as said_too using (purchase_id, technology)
where code_hit.use = 'confirms' and said_too.field = 'description'
union all
-- Strength 6: a mixed vendor (where the buyer is of a kind that watches people, or unknown), an
-- ambiguous name, or a code alone.
select
    purchase_id, 6, 'vendor:' || vendor_id,
    case when sells = 'exclusive' then 'the name may be that of ' || vendor_name || ', which sells ' || what || '; others bear it too'
        else vendor_name || ' sells ' || what || ' among other things, and the record does not tell what was bought' end,
    'vendor', recorded_name, '', '', '', technologies[1], '', scope, vendor_id, 'for', 0, true
from record_vendor
join known_technology on known_technology.technology = technologies[1]
join candidate_record using (purchase_id)
where (sells = 'exclusive' and is_ambiguous)
    or (sells = 'mixed' and (buyer_words = '  ' or watches_people(buyer_words)))
union all
select
    purchase_id, 6, rule_id, title, 'description', said, literal, said, literal,
    technology, type, hit.scope, maker_id, 'for', 0, false
from hit
left join record_vendor as seller using (purchase_id)
where kind = 'maker named' and seller.vendor_id is distinct from hit.maker_id
union all
select
    purchase_id, 6, 'code:' || code, 'the ' || field || ' “' || said || '” may mean ' || what, field, said, '', '', '',
    technology, '', 'strict', '', 'for', 0, false
from code_hit join known_technology using (technology) where use = 'possible'
union all
-- Against: false friends, and vendors of that name who sell something else.
select
    purchase_id, 7, rule_id, title, hit_field, said, literal, said, literal, technology, type,
    'strict', '', 'against', beats, false
from hit where kind in ('against', 'vendor against')
union all
select
    purchase_id, 7, 'vendor:' || vendor_id, vendor_name || ' sells no surveillance technology',
    'vendor', recorded_name, '', '', '', '', '', 'strict', '', 'against', 3, false
from record_vendor where role = 'unrelated';

create or replace temp table reason_found as
select
    * exclude (title, words_said, words_literal), quoted(said, literal) as quote,
    replace(title, '{words}', coalesce(quoted(words_said, words_literal), '')) as title
from reason_said;
