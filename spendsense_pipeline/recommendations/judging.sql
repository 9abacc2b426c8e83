-- Whether a criterion holds; missing data satisfies nothing.
create or replace temp macro is_met(value, operator, threshold) as coalesce(
  case operator
    when '>=' then value >= threshold
    when '>' then value > threshold
    when '<' then value < threshold
    when '=' then value = threshold
  end,
  false
);

-- Whether a sentence can be told: every figure that it cites is known.
create or replace temp macro can_tell(pieces, words) as len(
  list_filter(pieces, lambda piece: piece.words is null and words[piece.fact_no] is null)
) = 0;

-- How far a criterion that holds goes: 0 at its threshold, 1 at its full value; without one a part.
create or replace temp macro severity_of(value, threshold, full_value, counts_as) as case
  when full_value is null then counts_as
  else greatest(0e0, least((value - threshold) / (full_value - threshold), 1e0))
end;

-- An item's id is made of what an approval is about: neither figures nor the window are part of it.
create or replace temp macro id_of(world, user_id, content_id, version, persona, verdicts) as left(
  sha256(concat_ws('|', world, user_id, content_id, version, persona, verdicts)), 32
);
