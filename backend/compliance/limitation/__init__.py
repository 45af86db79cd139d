"""Until when can a claim be enforced, what moved that date, and what proves it?

The limitation clock of mainland China as pure functions of values: dated facts with their proof go in, dated
obligations come out, each with the event that set it, every event that counted or not and why, and its alerts.
`proof.py` judges one fact, `clock.py` a claim, `guarantees.py` a guarantee, `watches.py` what only has an end,
`shortcuts.py` notarised debts and payment orders. The texts are those the rule ids name (CN-SOL-*, CN-LIT-*,
CORP-WATCH-01); nobody has certified them.
"""
