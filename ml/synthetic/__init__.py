"""Which town, people, book and staff does one seed make? The made-up world on which demo, tests and benchmarks stand.

`make_world(size, seed, today, language)` (world.py) returns a `World`: `town`, `staff` and, block by block (at most
20,000 obligors each, so memory does not grow), `blocks()`. A block has `book` (what a lender sees: one `Table` a noun,
columns of numpy, `rows()` for plain Python values), `hidden` and `truth` (what is so), and `loan_book` (the flat rows
a lender sends). `write_world` (files.py) writes all of it into a folder; `read_oracle` (oracle.py) reads the truth
back and answers for the people. The command is `rounds world`.

Nouns and their columns, as written (references end in `_ref`, money is whole minor units, instants are UTC):

- obligors: ref, kind (person, company), name, sex, born_on, id_number, job, employer, household, language, zone
- related_parties: ref, obligor_ref, role (co_borrower, guarantor, related, unrelated), relation, name, consent,
  source, may_contact
- contact_points: ref, obligor_ref, party_ref (null: the obligor's own), kind (mobile, email), value, status, consent,
  source, may_contact
- addresses: ref, obligor_ref, party_ref, kind (home, work, registered, collateral), line, lat, lon (null where the text
  could not be placed), place_source, status, source
- accounts: ref, obligor_ref, kind (personal, corporate, special), product, product_name, currency, principal_minor,
  annual_rate_ppm, schedule, periods, every_months (0: bullet), opened_on, first_due_on, matures_on, status
- collateral: ref, account_ref, obligor_ref, kind (vehicle, equipment, farm, property), description, value_minor,
  currency
- instalments: account_ref, number, due_on, principal_minor, interest_minor, fee_minor
- payments: ref, account_ref, paid_on, amount_minor, mode
- balances: account_ref, as_of, principal_minor (all that is not repaid), interest_minor, penalty_minor, fee_minor (due
  and unpaid), overdue_minor (principal + interest past due), days_past_due, currency
- history: ref, obligor_ref, channel (call, visit), user_ref, contact_ref or address_ref, started_at, ended_at, result,
  note, promise_account_ref, promised_minor, promised_on, promise_state
- staff: ref, tenant, team_ref, team_name, role (lead, collector, caller), login, name, phone, start_lat, start_lon,
  shift_begins_h, shift_ends_h (local hours); territories: name, team_ref, user_ref, area (WKT)
- truth_obligors, truth_contact_points, truth_addresses: in the folder `truth`, for simulators and for judging models

The lender's rules behind the balances, which a replay reproduces to the unit: penalty 18 % a year ACT/360 on overdue
principal for each night after the due date, rounded half-up once per instalment; payments cover fee, penalty, interest,
principal; what is not due is not prepaid. Every obligor has at least one account in arrears.

Each noun and block draws from a stream of its own (seeds.py): a noun added later changes none of the others. Limits,
honestly: the same bytes are promised for the same versions of numpy and pyarrow; names put together by chance may be
somebody's; above about ten thousand people the English phones repeat; histories, hours and effects are plausible, not
measured.
"""
