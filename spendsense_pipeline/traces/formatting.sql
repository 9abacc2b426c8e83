-- Numbers as a person reads them: short enough to be easy, exact enough to be true. A printed value
-- carries as many digits as its comparison needs: a card at 49.996 % of its limit is never said to
-- be at "50%" where 50 % counts as high. What no digits can tell apart is said in words ("just
-- under 50%").

create or replace temp macro fixed(value, digits) as format(
  '{:.{}f}', cast(value as double), digits
);

-- Without trailing zeros, and without the sign of a negative nothing.
create or replace temp macro trimmed(value, digits) as trim(replace(
  concat(
    '|',
    case when digits = 0 then fixed(value, 0) else rtrim(rtrim(fixed(value, digits), '0'), '.') end,
    '|'
  ),
  '|-0|', '|0|'
), '|');

create or replace temp macro money(value, digits) as concat(
  case when value < 0 then '-' else '' end, format('${:,.{}f}', abs(cast(value as double)), digits)
);

-- Cents only where there are any.
create or replace temp macro dollars(value) as rtrim(
  replace(concat(money(value, 2), '|'), '.00|', ''), '|'
);

-- June 30, 2026
create or replace temp macro day_in_words(date) as strftime(date, '%B %-d, %Y');

-- As it is spoken: a share as a percentage, money in dollars.
create or replace temp macro spoken_figure(value, unit) as case unit
  when 'fraction' then value * 100 else value
end;

create or replace temp macro with_unit(figure, digits, unit) as case
  when unit = 'fraction' then trimmed(figure, digits) || '%'
  when starts_with(unit, 'USD') then
    case when digits = 2 then dollars(figure) else money(figure, digits) end
  when unit = 'count' then trimmed(figure, digits)
  when trimmed(figure, digits) = '1' then '1 ' || rtrim(unit, 's')
  else trimmed(figure, digits) || ' ' || unit
end;

create or replace temp macro compares(value, operator, threshold) as case operator
  when '>=' then value >= threshold
  when '>' then value > threshold
  when '<' then value < threshold
  when '=' then value = threshold
end;

-- Whether the figure, printed with so many digits, falls on the side of the line where the value
-- lies.
create or replace temp macro reads_true(figure, digits, is_met, operator, figure_at_line) as
compares(cast(fixed(figure, digits) as double), operator, figure_at_line) = is_met;

-- The observed value of a criterion as text that agrees with the verdict on it; null without data.
create or replace temp macro shown(
  value, is_met, operator, threshold, unit, figure_at_line, line, digits
) as case
  when value is null then null
  when unit = 'yes/no' then case value when 1 then 'yes' when 0 then 'no' end
  -- nearly always so: the other digits are tried for close calls only
  when reads_true(spoken_figure(value, unit), digits[1], is_met, operator, figure_at_line)
  then with_unit(spoken_figure(value, unit), digits[1], unit)
  else coalesce(
      list_transform(
        list_filter(
          digits,
          lambda d: reads_true(spoken_figure(value, unit), d, is_met, operator, figure_at_line)
        ),
        lambda d: with_unit(spoken_figure(value, unit), d, unit)
      )[1],
      case when value < threshold then 'just under ' else 'just over ' end || line
    )
end;

-- A distance as a percentage of the threshold; null where that says nothing.
create or replace temp macro percent_of_line(margin) as case
  when abs(margin) * 100 < 0.1 then 'under 0.1%'
  when abs(margin) * 100 < 9.95 then trimmed(abs(margin) * 100, 1) || '%'
  else format('{:,.0f}', abs(margin) * 100) || '%'
end;

-- A value as JSON says it: yes/no as a boolean, counts whole.
create or replace temp macro as_json(value, unit) as case
  when value is null then cast('null' as json)
  when unit = 'yes/no' then to_json(value = 1)
  when unit = 'count' then to_json(cast(value as bigint))
  else to_json(value)
end;
