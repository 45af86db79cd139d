"""Quality of calls: which are looked at again, what was found, who learns from it.

Calls are drawn by lot or for their result, scored by somebody who did not make them, checked by a call back; what is
found becomes a task with an owner, a day and a proof. A drawn call is scored or not; a check is open until it has an
outcome (confirmed, differs, not reached); a task is open, proved, closed.
"""
