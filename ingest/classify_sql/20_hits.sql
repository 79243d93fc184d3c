-- hit: one row per rule whose words, conditions and vendor hold. Key: purchase_id, rule, field.
-- Each wording is looked up by its longest word (anchor) and then compared as a whole, so the
-- work grows with the words of the candidates and not with candidates times rules.
create or replace temp table word_hit as
with spoken as (
    select distinct purchase_id, description, words, unnest(string_split(words, ' ')) as anchor
    from candidate_text
)
select purchase_id, rule, min(description) as description, min_by(literal, description) as literal
from spoken
join wording using (anchor)
where wording.field = 'description' and contains(' ' || words || ' ', ' ' || literal || ' ')
group by purchase_id, rule;

create or replace temp table raw_hit as
select purchase_id, rule, 'description' as field, description as said, literal from word_hit
union all
select purchase_id, rule, 'vendor', vendor_hit.recorded_name, literal
from vendor_hit
join core.purchase using (vendor_key)
semi join candidate using (purchase_id);

-- condition_holds: the sets of words that stand anywhere in the record. Key: purchase_id, word_set.
create or replace temp table condition_holds as
select distinct purchase_id, word_set
from (select distinct purchase_id, word_set from raw_hit join condition using (rule))
join candidate_record using (purchase_id)
join word_set_literal using (word_set)
where contains(words, ' ' || literal || ' ');

create or replace temp table hit as
with judged as (
    select
        purchase_id, rule,
        bool_and(holds.word_set is not null) filter (part in ('needs', 'where')) as has_all,
        bool_or(holds.word_set is not null) filter (part = 'unless') as has_unless
    from raw_hit
    join condition using (rule)
    left join condition_holds as holds using (purchase_id, word_set)
    group by purchase_id, rule
)
select raw_hit.purchase_id, raw_hit.field as hit_field, raw_hit.said, raw_hit.literal, rule.*
from raw_hit
join rule using (rule)
left join judged using (purchase_id, rule)
left join core.purchase as purchase on purchase.purchase_id = raw_hit.purchase_id
left join core.vendor as vendor using (vendor_key)
where coalesce(has_all, true) and not coalesce(has_unless, false)
    and (rule.vendor_id = '' or (rule.vendor_id = vendor.vendor_id and vendor.is_known));
