"""The invariants of the raw tables, one query each: what a ledger, a card and a calendar promise.

They are the design's invariants 1 to 9, computed from the rows again and sharing no code with the
generator. Each query is in the folder named for its asset and opens with its promise.
"""

from __future__ import annotations

from spendsense_pipeline.checks.outcome import Check
from spendsense_pipeline.checks.promises import generated, named_when_brought, promise

_ONE_SIDED = "few banks tell of the loan's side of a payment, and Plaid of student loans' alone"
_TERMS_VARY = "lenders have schedules of their own: variable, deferred, interest only"
_CONVENTION_UNSAID = "Plaid does not say how a lender counts the days"
_ESCROW_UNSAID = "Plaid does not say what was held when the rows begin"

INVARIANTS: tuple[Check, ...] = (
    generated("raw_users", "people_have_accounts"),
    named_when_brought("raw_accounts", "types_are_plaids"),
    generated("raw_accounts", "balances_are_known"),
    generated("raw_accounts", "balances_reconcile"),
    generated("raw_accounts", "available_balances_follow"),
    generated("raw_accounts", "overdrafts_cost_a_fee"),
    generated("raw_accounts", "savings_stay_positive"),
    generated("raw_accounts", "cards_stay_within_limit"),
    generated("raw_accounts", "utilization_bands_are_stationary"),
    promise("raw_transactions", "amounts_are_whole_cents", "Round amounts to cents at the source."),
    promise("raw_transactions", "holders_match", "Give each row the user_id of its account."),
    promise(
        "raw_transactions", "rows_are_not_repeated", "Remove the second copy of each row shown."
    ),
    promise(
        "raw_transactions",
        "transfer_legs_match",
        "Give both legs one transfer_id and opposite amounts, or none.",
    ),
    generated("raw_transactions", "transfers_take_what_banks_take"),
    generated("raw_transactions", "own_transfers_are_joined"),
    generated("raw_transactions", "card_payments_have_both_legs"),
    promise(
        "raw_transactions",
        "dates_are_past",
        "Choose as_of on or after the last row, or remove later rows.",
    ),
    promise("raw_transactions", "pending_rows_are_recent", "Drop pending rows that never posted."),
    promise(
        "raw_transactions",
        "posted_rows_replace_pending_ones",
        "Drop the pending copy of a row that has posted.",
    ),
    generated("raw_transactions", "authorized_amounts_are_known"),
    generated("pending_truth", "holds_post_nothing"),
    generated("raw_transactions", "loan_payments_have_both_legs", not_asked_because=_ONE_SIDED),
    generated("raw_transactions", "bank_days_only"),
    generated("raw_transactions", "paydays_move_earlier"),
    named_when_brought("raw_transactions", "categories_are_plaids"),
    generated("raw_transactions", "merchants_keep_their_category"),
    generated("raw_transactions", "employers_keep_their_name"),
    generated("card_statements", "statements_add_up"),
    generated("card_statements", "statements_recompute"),
    generated("card_statements", "statements_are_monthly"),
    generated("card_statements", "interest_is_computed"),
    generated("card_statements", "minimum_is_computed"),
    generated("card_statements", "only_high_cards_revolve"),
    generated("card_statements", "low_cards_pay_in_full"),
    generated("card_statements", "medium_cards_pay_above_minimum"),
    generated("raw_liabilities", "cards_have_one_liability"),
    generated("raw_liabilities", "latest_statement_is_reported"),
    generated("raw_liabilities", "last_payment_is_a_transaction"),
    generated("raw_liabilities", "overdue_is_true"),
    generated("raw_loans", "loans_amortise", not_asked_because=_TERMS_VARY),
    generated("raw_loans", "loan_interest_is_computed", not_asked_because=_CONVENTION_UNSAID),
    generated("raw_loans", "escrow_reconciles", not_asked_because=_ESCROW_UNSAID),
    generated("raw_loans", "loan_payments_are_reported", not_asked_because=_ONE_SIDED),
)
