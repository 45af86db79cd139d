"""May this person be contacted, now, so, by this collector?

Nouns: a *situation* (what is about to be done, to whom, after which history), a *pack* (the law of one place as dated
data, `law/*.json`), a *verdict* (ALLOW, BLOCK or REVIEW, with every rule that fired). `rules.evaluate` is pure and
stands a second time in `pwa/src/rules/gate/`; both run the same vectors. The packs are modelled on the texts that they
name as sources; nobody has certified them.
"""
