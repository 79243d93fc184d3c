-- core.status: one row per purchase that a rule or a person touched. Key: purchase_id.
-- A person's decision always wins over a rule (strength 1). A suggestion by a person only makes
-- a purchase possible where no rule counts it, or where it contradicts the rule.

create table core.status as
with
  touched as (
    select purchase_id from evidence.verdict
    union
    select purchase_id from core.decision semi join core.purchase using (purchase_id)
  ),
  -- A rule counts it and a reader, not quite sure, took it for a neighbouring good: someone has
  -- to look before it counts.
  doubt as (
    select
      purchase_id,
      decision = 'suggest' and core.decision.scope = 'related'
        and verdict.status = 'matched' and verdict.scope = 'strict' as doubted
    from core.decision
    join evidence.verdict as verdict using (purchase_id)
  )
select
  purchase_id,
  case
    when decision = 'accept' then 'confirmed'
    when decision = 'reject' then 'rejected'
    when decision = 'suggest' and coalesce(verdict.status, 'rejected') = 'rejected' then 'possible'
    when doubted then 'possible'
    else verdict.status
  end as status,
  case
    when decision = 'accept' then decision.scope
    else coalesce(verdict.scope, decision.scope)
  end as scope,
  case
    when decision = 'accept' then decision.technology
    else coalesce(verdict.technology, decision.technology)
  end as technology,
  case
    when decision = 'accept' and verdict.technology is distinct from decision.technology then null
    else verdict.type
  end as type,
  case
    when decision = 'accept' then list_concat(
      [decision.technology],
      list_filter(coalesce(verdict.technologies, []), lambda t: t <> decision.technology)
    )
    when verdict.technologies is not null then verdict.technologies
    when decision.technology is not null then [decision.technology]
    else []
  end as technologies,
  form,
  form_evidence,
  case
    when decision in ('accept', 'reject') then 1
    else coalesce(verdict.strength, 6)
  end::tinyint as strength,
  case when decision in ('accept', 'reject') then origin else coalesce(rule, origin) end as rule,
  case
    when decision in ('accept', 'reject') or rule is null then 'decision' else field
  end as evidence_field,
  verdict.evidence,
  case
    when doubted then concat_ws('; ', verdict.against, decision.reason)
    else verdict.against
  end as against,
  case
    when decision in ('accept', 'suggest') then coalesce(decision.maker_id, verdict.maker_id)
    else verdict.maker_id
  end as maker_id,
  -- The reader's own word for a maker that the reference data do not know.
  case when decision in ('accept', 'suggest') then decision.maker end as maker_said,
  decision.what,
  decision.reason as decision_reason
from touched
left join evidence.verdict using (purchase_id)
left join core.decision using (purchase_id)
left join doubt using (purchase_id);

-- A decision is guarded by what it was made on: where the record has changed since, it stays in
-- force and waits to be looked at again.
insert into meta.issue
select
  source_id, raw_sha256, raw_file, raw_member, raw_row,
  case when is_other_vendor then 'vendor_name' else 'description' end,
  case when is_other_vendor then vendor_name else description end,
  'decision to look at again',
  format(
    'The decision on {} was made on a record with {}; the record now has {}. It stays in force '
    'until someone looks at it again.',
    purchase_id,
    coalesce(case when is_other_vendor then 'the vendor ' || guard_vendor end,
      'the words ' || guard_description),
    coalesce(case when is_other_vendor then coalesce(vendor_name, 'none') end,
      coalesce(description, 'none'))
  )
from (
  select
    purchase_id, guard_vendor, vendor_name, guard_description, description,
    core.file.source_id, raw_sha256, raw_file, raw_member, purchase.raw_row,
    coalesce(
      guard_vendor is not null
        and normal_name(guard_vendor) is distinct from normal_name(vendor_name),
      false
    ) as is_other_vendor
  from core.decision
  join core.purchase as purchase using (purchase_id)
  join core.vendor_name using (vendor_key)
  join core.file using (file_key)
)
where is_other_vendor
  or (guard_description is not null and description is not null
    and guard_description is distinct from description)
order by purchase_id;
