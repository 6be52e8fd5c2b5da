//! Which document is which live app: one test a rule.
