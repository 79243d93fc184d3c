-- evidence.reason: one row per reason. Key: all columns. evidence.verdict: one row per purchase. Key: purchase_id.
-- How contradictions are settled, in this order:
--   1. A false friend cancels the reasons of its technology (of any, when it names none) whose
--      strength is that of its `beats` or weaker. A vendor that sells no surveillance technology
--      cancels products, supported vendors and possibles (3, 5, 6), never a phrase that means the
--      technology by itself (4).
--   2. Neighbouring goods cancel in the same way (technology `other` stands for any). Words said in
--      passing (35_passing.sql) are worth no more than 6, unless the vendor sells that technology.
--   3. The strongest strict reason of strength 2 to 5 that is left makes the purchase matched.
--   4. Else the strongest related reason makes it matched with scope related.
--   5. Else a strict reason of strength 6 makes it possible.
--   6. Else it is rejected.
-- Among equals: the vendor's own order of goods, that of technologies.csv, then the rule's name.
create or replace temp table reason_weighed as
select
    reason.* exclude (strength),
    case when passing.purchase_id is not null and strength in (3, 4, 5) and reason.scope = 'strict'
        then 6 else strength end as strength
from reason_found as reason
left join passing
    on passing.purchase_id = reason.purchase_id and passing.technology = reason.technology
        and reason.field = 'description';

create or replace temp table reason_judged as
select
    reason.*,
    reason.scope = 'strict' and exists (
        from reason_weighed as other
        where other.purchase_id = reason.purchase_id and other.beats > 0
            and (other.speaks = 'against' or other.scope = 'related')
            and reason.strength >= other.beats
            and (other.technology in ('', 'other', reason.technology))
            and not (other.rule like 'vendor:%' and reason.strength = 4)
            and other.rule <> reason.rule
    ) as is_cancelled
from reason_weighed as reason
where speaks = 'for';

create or replace temp table reason_left as
select
    judged.*, technology.position,
    -- What a vendor is known for stands first in its list: Axon's FLEET CAMERAS are in-car cameras.
    case when judged.field = 'vendor' then list_position(vendor.technologies, judged.technology) end as vendor_place,
    case
        when judged.scope = 'strict' and strength <= 5 then 1
        when judged.scope = 'related' and strength <= 5 then 2
        else 3
    end as place
from reason_judged as judged
join known_technology as technology using (technology)
left join record_vendor as vendor using (purchase_id)
where not is_cancelled;

create or replace temp table best as
select * from reason_left
qualify row_number() over (
    partition by purchase_id order by place, strength, vendor_place nulls last, position, is_plain, type = '', rule, title, said, literal) = 1;

-- Related goods of a counted purchase are listed among its reasons, not among its technologies.
create or replace temp table spoken_technologies as
select purchase_id, list(technology order by strength, position) as technologies
from (
    select
        purchase_id, reason_left.technology, min(reason_left.strength) as strength,
        any_value(reason_left.position) as position
    from reason_left join best using (purchase_id)
    where reason_left.place = best.place
    group by all
)
group by purchase_id;

-- The finer type: the best reason's own, else that of another reason of the same technology.
create or replace temp table best_type as
select purchase_id, min_by(reason_left.type, (reason_left.strength, reason_left.rule, reason_left.type)::varchar) as type
from reason_left join best using (purchase_id)
where reason_left.technology = best.technology and reason_left.type <> ''
group by purchase_id;

create or replace temp table maker as
select purchase_id, maker_id, quote
from reason_left
where maker_id <> '' and strength <= 5
qualify row_number() over (
    partition by purchase_id order by strength, literal = '', maker_id, said, literal) = 1;

create or replace temp table against as
select purchase_id, min_by(title, (beats, title)) as against
from (
    -- Only what could set aside something that speaks for the purchase.
    select other.purchase_id, other.beats, other.title
    from reason_weighed as other
    where (speaks = 'against' or (scope = 'related' and beats between 1 and 6))
        and exists (
            from reason_weighed as reason
            where reason.purchase_id = other.purchase_id and reason.speaks = 'for' and reason.scope = 'strict'
                and reason.strength >= other.beats
        )
    union all
    select purchase_id, 9, title from passing
    semi join (from reason_found where speaks = 'for' and scope = 'strict' and strength between 3 and 5 and field = 'description')
        using (purchase_id, technology)
)
group by purchase_id;

create schema if not exists evidence;

create or replace table evidence.reason as
select
    purchase_id, least(strength, 6)::tinyint as strength, rule, title, field,
    quote as quoted, technology, nullif(type, '') as type, scope,
    nullif(maker_id, '') as maker_id, speaks
from reason_weighed
group by all;

create or replace table evidence.verdict as
with touched as (select distinct purchase_id from reason_judged)
select
    touched.purchase_id,
    case
        when best.rule is null then 'rejected'
        when best.strength <= 5 then 'matched'
        else 'possible'
    end as status,
    coalesce(best.scope, 'strict') as scope,
    best.strength::tinyint as strength,
    best.technology,
    coalesce(nullif(best.type, ''), best_type.type, vendor_type.type) as type,
    coalesce(spoken_technologies.technologies, []) as technologies,
    form_found.form, form_found.form_evidence,
    best.rule, best.field, best.quote as evidence,
    case
        when vendor.role = 'staffing' then null
        else coalesce(maker.maker_id, case when vendor.role in ('maker', 'both') then vendor.vendor_id end)
    end as maker_id,
    case
        when vendor.role is distinct from 'staffing' then maker.quote
    end as maker_evidence,
    against.against
from touched
left join best using (purchase_id)
left join best_type using (purchase_id)
left join spoken_technologies using (purchase_id)
left join maker using (purchase_id)
left join against using (purchase_id)
left join form_found using (purchase_id)
left join record_vendor as vendor using (purchase_id)
left join known_vendor_type as vendor_type
    on vendor_type.vendor_id = vendor.vendor_id and vendor_type.technology = best.technology;
