-- What is looked at closely: a purchase with a telling word, a telling vendor or a telling code.
-- core.vendor must be resolved first. told_by_words holds the purchases whose text has a wording
-- that may stand alone (filled by classify.py with a few RE2 alternations, one pass each).

-- found_vendor: one row per vendor_key that means anything. Key: vendor_key.
create or replace temp table found_vendor as
select
    vendor.vendor_key, vendor.vendor_id, known.vendor_id as known_id, vendor.matched_by, vendor.is_ambiguous,
    coalesce(known.sells, 'nothing') as sells, known.role,
    coalesce(known.scope, 'strict') as scope,
    coalesce(known.technologies, []) as technologies, known.all_goods,
    coalesce(known.vendor_name, vendor.vendor_name) as vendor_name,
    name.vendor_name as recorded_name,
    normal_text(strip_accents(name.vendor_name)) as words
from core.vendor as vendor
join core.vendor_name as name using (vendor_key)
left join known_vendor as known on known.vendor_id = vendor.vendor_id and vendor.is_known
where vendor.is_known or vendor_key in (select vendor_key from told_by_name);

-- vendor_hit: rules whose words stand in a vendor's name. Key: vendor_key, rule.
create or replace temp table vendor_hit as
select vendor_key, rule, min(literal) as literal, any_value(recorded_name) as recorded_name
from (select vendor_key, recorded_name, words, unnest(string_split(words, ' ')) as anchor from found_vendor)
join wording using (anchor)
where wording.field = 'vendor' and contains(' ' || words || ' ', padded)
group by vendor_key, rule;

create or replace temp table candidate as
select distinct purchase_id
from (
    select purchase_id from told_by_words
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
-- Its words begin and end with a space, as wordings do (`padded`), so that words compare whole.
create or replace temp table candidate_text as
select purchase_id, description, ' ' || normal_text(strip_accents(description)) || ' ' as words
from core.text semi join candidate using (purchase_id)
where description is not null
group by all;

-- candidate_record: all that is known of a candidate, as words. Key: purchase_id.
create or replace temp table candidate_record as
with said as (
    select purchase_id, string_agg(words, '||' order by words) as words
    from candidate_text group by purchase_id
)
select
    purchase_id, vendor_key, contract_ref, is_single_award_parent, record_kind,
    psc_code, psc, naics_code, naics,
    upper(coalesce(psc, '')) as psc_words, upper(coalesce(naics, '')) as naics_words,
    -- The buyer stands apart: BORDER PROTECTION in its name says nothing about the purchase.
    ' ' || concat_ws(' || ', normal_text(strip_accents(agency_name)),
        normal_text(strip_accents(parent_agency_name))) || ' ' as buyer_words,
    ' ' || concat_ws(' || ', normal_text(strip_accents(name.vendor_name)), normal_text(psc),
        normal_text(naics), said.words) || ' ' as words,
    -- The industry is that of the vendor, not of the goods: LIGHT TRUCK MANUFACTURING stands
    -- beside a van full of phone readers. So it speaks against nothing.
    ' ' || concat_ws(' || ', normal_text(strip_accents(name.vendor_name)), normal_text(psc),
        said.words) || ' ' as own_words
from core.purchase
semi join candidate using (purchase_id)
left join core.vendor_name as name using (vendor_key)
left join said using (purchase_id);
