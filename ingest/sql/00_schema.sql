-- Macros and the tables that later steps add to. meta.issue: one row per thing noticed in the data.
-- Key: none (the same message can hold for two columns); ordered by source, file and row.

create schema core;
create schema evidence;
create schema mart;
create schema meta;

-- Fiscal years are named by the year in which they end.
create temp macro fiscal_year(day, begins_in_month) as
  year(day) + (begins_in_month > 1 and month(day) >= begins_in_month)::int;


create temp macro fiscal_year_start(year, begins_in_month) as
  make_date(year::bigint - (begins_in_month > 1)::int, begins_in_month::bigint, 1);
