"""What operators say of the items people are recommended, and what therefore is shown to whom.

What was said is a log that only grows (`log`); what holds now is a fold over it (`states`), read
under the operator's policy (`policy`). Which items there are is `recommendations`' business.
"""
