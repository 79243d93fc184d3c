-- passing: technologies that a record mentions in passing only. Key: purchase_id, technology.
-- Either fewer than one in five telling descriptions say it, and not the first one; or a single
-- long text says it late; or it stands far down in a list of duties that names neighbouring goods too, and the first
-- description does not say it. Never where the vendor sells that technology.
create or replace temp table spoken_technology as
select distinct purchase_id, technology, hit_field, said, literal
from hit
where kind in ('product', 'phrase', 'possible') and hit_field = 'description' and scope = 'strict';

create or replace temp table doubted as
select distinct spoken.purchase_id, spoken.technology
from spoken_technology as spoken
join core.purchase as purchase using (purchase_id)
left join record_vendor as vendor using (purchase_id)
where not coalesce(list_contains(vendor.technologies, spoken.technology), false)
    and not exists (
        from spoken_technology as first
        where first.purchase_id = spoken.purchase_id and first.technology = spoken.technology
            and first.said = purchase.description
    );

create or replace temp table telling_text as
select purchase_id, description, words
from candidate_text semi join doubted using (purchase_id)
where is_telling(words);

create or replace temp table said_in as
select doubted.purchase_id, doubted.technology, count(*) as telling, count(saying.purchase_id) as saying
from doubted
join telling_text as text using (purchase_id)
left join (
    select distinct purchase_id, technology, description
    from telling_text
    join hit using (purchase_id)
    join wording using (rule)
    where wording.field = 'description' and kind in ('product', 'phrase', 'possible', 'vendor word')
        and contains(words, padded)
) as saying using (purchase_id, technology, description)
group by all;

-- far_down: technologies that one long text alone speaks of, and only after its first 400 letters:
-- a notice of a parking office that names plate cameras on its second page. Key: purchase_id, technology.
create or replace temp table far_down as
select purchase_id, hit.technology
from hit
join candidate_text using (purchase_id)
join wording using (rule)
left join record_vendor as vendor using (purchase_id)
where hit.kind in ('product', 'phrase') and hit.hit_field = 'description' and hit.scope = 'strict'
    and wording.field = 'description' and contains(candidate_text.words, padded)
    and not coalesce(list_contains(vendor.technologies, hit.technology), false)
group by purchase_id, hit.technology
having min(strpos(candidate_text.words, padded)) > 400 and min(length(candidate_text.words)) > 700;

create or replace temp table passing as
select
    purchase_id, technology,
    'only ' || saying || ' of ' || telling || ' descriptions of this purchase say so, and not the first' as title
from said_in
where saying * 5 < telling
union
select
    purchase_id, spoken.technology,
    'it stands far down in a list that names other goods too, and the first description does not say it'
from spoken_technology as spoken
semi join doubted using (purchase_id, technology)
join hit as related using (purchase_id, said)
where related.kind = 'related'
    and length(regexp_replace(substr(said, 1, strpos(upper(said), spoken.literal)), '[^,;]', '', 'g')) >= 3
    and (purchase_id, technology) not in (select purchase_id, technology from said_in where saying * 5 < telling)
union
select purchase_id, technology, 'it is said once, far down in a long text'
from far_down;
