-- Macros: how names and texts are compared, the same for aliases and for records.
-- normal_name: capitals, no punctuation, no accents, '&' as AND, no legal form at the end (INC, LLC ...).
-- normal_text: capitals and digits with one space between words.
create or replace macro normal_text(words) as
    trim(regexp_replace(upper(words), '[^A-Z0-9]+', ' ', 'g'));

create or replace macro spelled_name(name) as
    trim(regexp_replace(
        regexp_replace(
            regexp_replace(replace(upper(strip_accents(name)), 'D/B/A', 'DBA'), '[.''’`]', '', 'g'),
            '[&+]', ' AND ', 'g'),
        '[^A-Z0-9]+', ' ', 'g'));

create or replace macro without_legal_form(name) as
    coalesce(
        nullif(regexp_replace(regexp_replace(name, '^THE ', ''),
            '( (INC|INCORPORATED|INCORP|LLC|LLP|LLLP|LP|LTD|LIMITED|LIABILITY|CORP|CORPORATION|CO|COMPANY|PLC|PLLC|PC|GMBH|AG|AB|SA|SAS|SRL|SPA|BV|NV|OY|PTY|PTE|ULC|KG|THE|DBA))+$',
            ''), ''),
        name);

create or replace macro normal_name(name) as without_legal_form(spelled_name(name));

-- quoted: the record's own words. Where a wording was found the words themselves are cut out
-- of the text (wordings hold capitals, digits and spaces only), else the text is given whole.
-- The regular expression is for words divided by more than a space: it costs twenty times more.
create or replace macro quoted(said, literal) as
    case
        when literal = '' then nullif(said, '')
        when strpos(upper(said), literal) > 0
            then substr(said, strpos(upper(said), literal), length(literal))
        else coalesce(nullif(regexp_extract(
            said, '(?i)\b' || replace(literal, ' ', '[^A-Z0-9]+') || '\b'), ''), lower(literal))
    end;
