-- Inherited orders join evidence.reason (one row per reason; key: all columns) and evidence.verdict
-- (one row per purchase; key: purchase_id). Their form is their own words', else the contract's.
insert into evidence.reason
select
    purchase_id, 5, 'parent-contract',
    'it is an order under a contract with one holder, which we count as ' || what,
    'parent contract', evidence, technology, type, scope, maker_id, 'for'
from inherited join known_technology using (technology);

delete from evidence.verdict where purchase_id in (select purchase_id from inherited);

insert into evidence.verdict
select
    purchase_id, 'matched', scope, 5, technology, type, technologies,
    coalesce(form_found.form, parent_form),
    coalesce(form_found.form_evidence, 'as the contract'),
    'parent-contract', 'parent contract', evidence, maker_id, null, null
from inherited left join form_found using (purchase_id);
