-- First reading: all charges of one merchant to one account are one series.
select group_no as piece_no, group_no, date, cents, transaction_id
from _charges
