//! Which differences there are between a declared and a live app.
