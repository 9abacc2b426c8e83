-- A number as a rationale says it to a person, by its unit: few digits, and the same ones every
-- night. Whatever reads a rationale can take the number out of the text again.
create or replace temp macro said_usd(value) as
case when value < 0 then '-' else '' end
|| case
  when abs(value) >= 100 or abs(value) = floor(abs(value))
  then format('${:,.0f}', round(abs(value)))
  else format('${:,.2f}', abs(value))
end;

create or replace temp macro said(value, unit) as case
  when value is null then null
  when unit = 'fraction' then format('{:.1f} %', cast(value as double) * 100)
  when unit = 'percent' then format('{:.2f} %', cast(value as double))
  when unit in ('USD', 'USD per month') then said_usd(cast(value as double))
  when unit = 'months' then format('{:.1f} months', cast(value as double))
  when unit = 'days'
  then
    case
      when value = floor(value) then format('{:.0f}', cast(value as double))
      else format('{:.1f}', cast(value as double))
    end
    || case when value = 1 then ' day' else ' days' end
  else format('{:,.0f}', cast(value as double))
end;

-- A sentence from its pieces: words as they stand, facts as they are said.
create or replace temp macro told_in(pieces, words) as array_to_string(
  list_transform(pieces, lambda piece: coalesce(piece.words, words[piece.fact_no])), ''
);

-- As JSON writes them.
create or replace temp macro as_number(value) as coalesce(cast(value as varchar), 'null');

create or replace temp macro as_text(words) as coalesce(
  cast(to_json(cast(words as varchar)) as varchar), 'null'
);
