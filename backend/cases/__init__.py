"""The collection case: all accounts of one obligor as one piece of work, who has it, and what people edit on it.

A case is open in one of the working states (new ... repossession) or closed (settled ... closed); an assignment is
current or released; of a fact that people edit one value stands, or several until somebody who saw them decides.
"""
