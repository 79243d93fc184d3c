-- hit: one row per rule whose words, conditions and vendor hold. Key: purchase_id, rule, field.
-- Each wording is looked up by its longest word (anchor) and then compared as a whole, so the
-- work grows with the words of the candidates and not with candidates times rules.
create or replace temp table word_hit as
with spoken as (
    select purchase_id, description, words, unnest(list_distinct(string_split(words, ' '))) as anchor
    from candidate_text
)
select
    purchase_id, rule,
    -- The longest wording is quoted; among equals the first in the alphabet.
    min_by({'description': description, 'literal': literal},
        lpad((1000 - length(literal))::varchar, 4, '0') || literal || description) as found
from spoken
join wording using (anchor)
where wording.field = 'description' and contains(words, padded)
group by purchase_id, rule;

-- code_word_hit: rules whose words stand in the name of the product code. Key: psc, rule.
create or replace temp table code_word_hit as
select psc, rule, min(literal) as literal
from (
    select psc, ' ' || normal_text(psc) || ' ' as words, unnest(list_distinct(string_split(normal_text(psc), ' '))) as anchor
    from (select distinct psc from candidate_record where psc is not null)
)
join wording using (anchor)
where wording.field = 'product code' and contains(words, padded)
group by psc, rule;

create or replace temp table raw_hit as
select purchase_id, rule, 'description' as field, found.description as said, found.literal as literal
from word_hit
union all
select purchase_id, rule, 'product code', psc, literal
from candidate_record join code_word_hit using (psc)
union all
select purchase_id, rule, 'vendor', vendor_hit.recorded_name, literal
from vendor_hit
join candidate_record using (vendor_key);

-- condition_holds: the sets of words that stand in the record (vendor, texts, codes), in the
-- record without its industry, which `unless` asks for, and those that stand there or in the
-- buyer's name, which only `where` asks for. Key: purchase_id, word_set.
create or replace temp table condition_holds as
with asked as (
    select purchase_id, words, own_words, buyer_words
    from candidate_record
    where purchase_id in (select purchase_id from raw_hit join condition using (rule))
), buyers as (
    select buyer_words, unnest(list_distinct(string_split(buyer_words, ' '))) as anchor
    from (select distinct buyer_words from asked)
), spoken as (
    select purchase_id, words, own_words, unnest(list_distinct(string_split(words, ' '))) as anchor
    from asked
), literals as (
    select distinct literal, padded, anchor from word_set_literal
), told as (
    select purchase_id, true as in_record, contains(own_words, padded) as is_own, literal
    from spoken join literals using (anchor)
    where contains(words, padded)
    union all
    select purchase_id, false, false, literal
    from asked
    join (
        select buyer_words, literal
        from buyers join literals using (anchor)
        where contains(buyer_words, padded)
    ) using (buyer_words)
)
select purchase_id, word_set, bool_or(in_record) as in_record, bool_or(is_own) as is_own
from told join word_set_literal using (literal)
group by purchase_id, word_set;

-- hit: a product that counts only for certain buyers, bought by nobody knows whom, is of the kind
-- `doubtful product`: it may be meant, and supports nothing else.
create or replace temp table hit as
with judged as (
    select
        purchase_id, rule,
        bool_and(coalesce(holds.in_record, false)) filter (part = 'needs') as has_needed,
        bool_and(holds.word_set is not null) filter (part = 'where') as has_place,
        bool_or(coalesce(holds.is_own, false)) filter (part = 'unless') as has_unless
    from raw_hit
    join condition using (rule)
    left join condition_holds as holds using (purchase_id, word_set)
    group by purchase_id, rule
), told as (
    select
        raw_hit.purchase_id, raw_hit.field as hit_field, raw_hit.said, raw_hit.literal, rule.*,
        coalesce(has_place, true) as has_place, record.buyer_words = '  ' as is_buyer_unknown
    from raw_hit
    join rule using (rule)
    left join judged using (purchase_id, rule)
    left join candidate_record as record on record.purchase_id = raw_hit.purchase_id
    left join found_vendor as vendor using (vendor_key)
    where coalesce(has_needed, true) and not coalesce(has_unless, false)
        and (rule.vendor_id = '' or rule.vendor_id = vendor.known_id)
)
select * exclude (has_place, is_buyer_unknown) replace (
    if(has_place, kind, 'doubtful product') as kind,
    if(has_place, strength, 6) as strength,
    if(has_place, title, title || '; the record does not say who bought it, and it counts only for certain buyers') as title
)
from told
where has_place or (kind = 'product' and is_buyer_unknown);
