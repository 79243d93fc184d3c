-- What is looked at closely: a purchase with a telling word, a telling vendor or a telling code.
-- core.vendor must be resolved first. getvariable('whobuys_words') is one RE2 alternation of
-- every wording that may stand alone; it runs once over core.text and rules see only its hits.

-- found.vendor: one row per vendor_key that means anything. Key: vendor_key.
create or replace temp table found_vendor as
select
    vendor.vendor_key, vendor.vendor_id, vendor.matched_by, vendor.is_ambiguous,
    coalesce(known.sells, 'nothing') as sells, known.role,
    coalesce(known.scope, 'strict') as scope,
    coalesce(known.technologies, []) as technologies,
    coalesce(known.types, []) as types,
    coalesce(known.vendor_name, vendor.vendor_name) as vendor_name,
    name.vendor_name as recorded_name,
    normal_text(strip_accents(name.vendor_name)) as words
from core.vendor as vendor
join core.vendor_name as name using (vendor_key)
left join known_vendor as known on known.vendor_id = vendor.vendor_id and vendor.is_known
where vendor.is_known
    or regexp_matches(name.vendor_name, getvariable('whobuys_vendor_words'));

-- vendor_hit: rules whose words stand in a vendor's name. Key: vendor_key, rule.
create or replace temp table vendor_hit as
select vendor_key, rule, min(literal) as literal, any_value(recorded_name) as recorded_name
from found_vendor
join wording on wording.field = 'vendor'
    and contains(' ' || words || ' ', ' ' || literal || ' ')
group by all;

create or replace temp table candidate as
select distinct purchase_id
from (
    select purchase_id from core.text
    where regexp_matches(description, getvariable('whobuys_words'))
    union all
    select purchase_id
    from core.purchase
    join found_vendor using (vendor_key)
    where sells in ('exclusive', 'mixed')
        or vendor_id in (select vendor_id from rule where vendor_id <> '')
        or vendor_key in (select vendor_key from vendor_hit)
    union all
    select purchase_id
    from core.purchase
    where exists (
        from code where scheme = 'psc' and use = 'possible' and (
            code.code = purchase.psc_code or (psc_code is null and code.name = upper(purchase.psc))))
);

-- candidate_text: one row per distinct description of a candidate. Key: purchase_id, description.
create or replace temp table candidate_text as
select purchase_id, description, normal_text(strip_accents(description)) as words
from core.text semi join candidate using (purchase_id)
where description is not null
group by all;

-- candidate_record: all that is known of a candidate, as words. Key: purchase_id.
create or replace temp table candidate_record as
with said as (
    select purchase_id, string_agg(words, ' || ' order by words) as words
    from candidate_text group by purchase_id
)
select
    purchase_id, vendor_key, contract_ref, is_single_award_parent, record_kind,
    psc_code, psc, naics_code, naics,
    upper(coalesce(psc, '')) as psc_words, upper(coalesce(naics, '')) as naics_words,
    '|| ' || concat_ws(' || ',
        normal_text(strip_accents(agency_name)), normal_text(strip_accents(parent_agency_name)),
        normal_text(strip_accents(name.vendor_name)), normal_text(psc), normal_text(naics),
        coalesce(said.words, '')) || ' ||' as words
from core.purchase
semi join candidate using (purchase_id)
left join core.vendor_name as name using (vendor_key)
left join said using (purchase_id);
